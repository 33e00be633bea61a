import { createInterface } from 'node:readline';
import { unlessAborted } from '../callbacks/abort.js';
import type { ToolRequest } from '../chains/agent.js';
import { cleanControls } from '../safety/clean.js';
import type { Io } from './io.js';

/** Whom `--approve` asks. */
export type Approve = 'all' | 'ask' | 'none';

/** Decides which calls of tools are made, and counts those that are not. */
export class Approval {
  /** How many calls were declined without anybody being asked. */
  unasked = 0;
  #all: boolean;
  readonly #asks: boolean;
  readonly #io: Io;
  /** Of several runs at once one question is asked at a time. */
  #before: Promise<unknown> = Promise.resolve();

  /** @param mode default: whoever sits at the terminal is asked, and nobody else there is none */
  constructor(mode: Approve | undefined, io: Io) {
    const terminal = io.stdin.isTTY === true && io.stderr.isTTY === true;
    this.#all = mode === 'all';
    this.#asks = (mode ?? 'ask') === 'ask' && terminal;
    this.#io = io;
  }

  /** As an agent wants it. */
  readonly approve = (request: ToolRequest): boolean | Promise<boolean> => {
    if (this.#all) return true;
    if (!this.#asks) {
      this.unasked += 1;
      return false;
    }
    const answer = this.#before.then(() => this.#all || this.#ask(request));
    this.#before = answer.catch(() => {});
    return answer;
  };

  async #ask({ tool, call }: ToolRequest): Promise<boolean> {
    const { stdin, stderr, signal, redact } = this.#io;
    const asked = cleanControls(redact(`${tool.name} ${call.arguments}`)).replace(/\s+/g, ' ');
    stderr.write(`Allow ${asked}? [y]es, [n]o, [a]ll: `);
    const said = await lineOf(stdin, signal).catch((reason) => {
      stderr.write('\n');
      throw reason;
    });
    if (said === undefined) stderr.write('\n');
    return this.#allows(said?.trim().toLowerCase());
  }

  #allows(said: string | undefined): boolean {
    if (said === 'a' || said === 'all') this.#all = true;
    return this.#all || said === 'y' || said === 'yes';
  }
}

/**
 * The next line that is typed; `undefined` at the end of input. The terminal stays as it is, so that Ctrl-C is a signal.
 * @throws the signal's reason
 */
async function lineOf(input: Io['stdin'], signal: AbortSignal): Promise<string | undefined> {
  const lines = createInterface({ input, terminal: false });
  const line = new Promise<string | undefined>((resolve) => {
    lines.once('line', resolve).once('close', () => resolve(undefined));
  });
  try {
    return await unlessAborted(line, signal);
  } finally {
    lines.close();
  }
}

/** Why tools didn't run, where that is so because nobody could be asked. */
export function declinedWarning({ unasked }: Approval): string | undefined {
  if (unasked === 0) return undefined;
  const calls = unasked === 1 ? '1 tool call was' : `${unasked} tool calls were`;
  return `${calls} not allowed: --approve all allows them, and --approve ask asks at a terminal`;
}
