import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { getDefaultEnvironment } from '@modelcontextprotocol/sdk/client/stdio.js';
import { deserializeMessage, serializeMessage } from '@modelcontextprotocol/sdk/shared/stdio.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import spawn from 'cross-spawn';
import { onExit } from 'signal-exit';
import { ChainError } from '../../errors.js';
import { cleanLine } from '../../models/failure.js';
import { endProcess, IN_GROUP, killGroup } from './end-process.js';
import type { McpCommand } from './server-config.js';

/**
 * Speaks to a program over its standard input and output. In place of the SDK's own, which doesn't say how the program
 * ended, and leaves behind what that has started. It never outlives this process, unless that is killed by SIGKILL.
 */
export class CommandTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #server: McpCommand;
  #child: ChildProcess | undefined;
  #rest = '';
  #isTooLong = false;
  #said = '';
  #ended: string | undefined;
  #noise: string | undefined;

  constructor(server: McpCommand) {
    this.#server = server;
  }

  /** `it ended with exit code 1`, once it has. */
  get ended(): string | undefined {
    return this.#ended;
  }

  /** The first line of its output that is no message. */
  get noise(): string | undefined {
    return this.#noise;
  }

  /** The last lines of its stderr, without those of a stack. */
  get lastWords(): string {
    const lines = this.#said.split('\n').filter((line) => line.trim() !== '' && !/^\s+at /.test(line));
    return lines
      .slice(-MOST_LINES)
      .map((line) => cleanLine(line, LONGEST_LINE))
      .join(' | ');
  }

  /** @throws ChainError `connection_failed` where it can't be started */
  start(): Promise<void> {
    const { command, args = [], env, cwd } = this.#server;
    if (cwd !== undefined && !existsSync(cwd)) return Promise.reject(notStarted(`there is no folder ${cwd}`));
    return new Promise((resolve, reject) => {
      const child = spawn(command, args, {
        // Nothing of ours that isn't named: keys are in there.
        env: { ...getDefaultEnvironment(), ...env },
        cwd,
        detached: IN_GROUP,
        windowsHide: true,
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      const forget = onExit(() => killGroup(child, 'SIGKILL'));
      if (child.pid !== undefined) this.#child = child;
      child.on('spawn', resolve);
      child.on('error', (cause: NodeJS.ErrnoException) => {
        forget();
        reject(notStarted(REASONS[cause.code ?? '']?.(command) ?? cause.message, cause));
      });
      child.on('close', (code, signal) => {
        forget();
        this.#ended = code === null ? `it was ended by ${signal}` : `it ended with exit code ${code}`;
        this.onclose?.();
      });
      child.stdin?.on('error', (error) => this.onerror?.(error));
      child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#read(text));
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        this.#said = (this.#said + text).slice(-MOST_SAID);
      });
    });
  }

  /** Where the program no longer reads, its end tells more. */
  send(message: JSONRPCMessage): Promise<void> {
    return new Promise((resolve) => {
      this.#child?.stdin?.write(serializeMessage(message), () => resolve());
    });
  }

  /** It has ended when this returns, and so has what it started. */
  async close(): Promise<void> {
    const child = this.#child;
    if (child === undefined || this.#ended !== undefined) return;
    await endProcess(child);
    // Whoever has left its group may hold these open.
    child.stdout?.destroy();
    child.stderr?.destroy();
  }

  #read(text: string): void {
    if (this.#isTooLong) return;
    const lines = text.split('\n');
    lines[0] = this.#rest + lines[0];
    this.#rest = lines.pop()!;
    for (const line of lines) this.#take(line);
    if (this.#rest.length <= LONGEST_MESSAGE) return;
    this.#isTooLong = true;
    this.#said += `\na message of it is longer than ${LONGEST_MESSAGE} characters\n`;
    void this.close();
  }

  #take(line: string): void {
    if (line.trim() === '') return;
    let message: JSONRPCMessage;
    try {
      message = deserializeMessage(line);
    } catch {
      this.#noise ??= cleanLine(line, LONGEST_LINE);
      return;
    }
    this.onmessage?.(message);
  }
}

const MOST_SAID = 8192;
const MOST_LINES = 8;
const LONGEST_LINE = 200;
const LONGEST_MESSAGE = 32 * 1024 * 1024;

const REASONS: Readonly<Record<string, (command: string) => string>> = {
  ENOENT: (command) => `there is no command ${command}`,
  EACCES: (command) => `${command} may not be run`,
};

function notStarted(reason: string, cause?: unknown): ChainError {
  return new ChainError('connection_failed', `it can't be started: ${reason}`, { cause });
}
