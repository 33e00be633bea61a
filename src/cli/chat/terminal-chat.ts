import type { Writable } from 'node:stream';
import { unlessAborted } from '../../callbacks/abort.js';
import { ChainError } from '../../errors.js';
import { contextWindow } from '../../tokens/prices.js';
import { isOverBudget, renderSpent } from '../budget.js';
import type { Io } from '../io.js';
import { CHAT_COMMANDS } from './commands.js';
import { isCancelled, renderTurn } from './figures.js';
import { type CollectedInput, InputCollector } from './input-collector.js';
import { InputHistory } from './input-history.js';
import { LineEditor } from './line-editor.js';
import {
  keep,
  note,
  noteWarnings,
  type OpenChat,
  printDocument,
  respond,
  tell,
  tellError,
} from './open-chat.js';
import type { TurnOutcome } from './turn-outcome.js';

/**
 * Where a person is asked: stdout is for replies, and may be a file. `null` where nobody is, or where lines can't be
 * edited: there they are read as from a pipe.
 */
export function terminalOf({ stdin, stdout, stderr, env }: Io): Writable | null {
  if (!stdin.isTTY || env.TERM === 'dumb') return null;
  return stderr.isTTY ? stderr : stdout.isTTY ? stdout : null;
}

/** A conversation at a terminal, until the person leaves. */
export async function holdTerminalChat(open: OpenChat, output: Writable): Promise<void> {
  const { io } = open;
  const editor = new LineEditor({ stdin: io.stdin, output, complete: completeCommand });
  const history = new InputHistory(io.env);
  await history.load();
  const collector = new InputCollector();
  editor.open();
  try {
    note(open, renderGreeting(open));
    for (;;) {
      const prompt = collector.isOpen ? '… ' : '> ';
      const line = await unlessAborted(editor.read(prompt, history.entries), io.signal);
      if (line.kind === 'end') return;
      if (line.kind === 'interrupted') {
        if (line.text === '' && !collector.isOpen) note(open, 'Ctrl-D or /exit leaves.\n');
        collector.reset();
        continue;
      }
      const input = collector.take(line.text);
      if (input === undefined) continue;
      if (!input.verbatim && LEAVING.test(input.text)) {
        note(open, '/exit leaves; to say it, put a space before it.\n');
        continue;
      }
      if (input.text.trim() !== '') await history.add(toEntry(input));
      const leave = await takeInput(open, input, editor);
      io.signal.throwIfAborted();
      if (leave) return;
    }
  } finally {
    editor.close();
  }
}

/** What other programs are left with, and would cost money as a message. */
const LEAVING = /^(exit|quit|:q)\s*$/i;

/** @returns whether the person leaves */
async function takeInput(open: OpenChat, input: CollectedInput, editor: LineEditor): Promise<boolean> {
  const { io } = open;
  try {
    const result = await respond(open, input.text, input.verbatim);
    if (result?.text !== undefined) tell(open, result.text);
    if (result?.turn !== undefined) await takeTurn(open, result.turn, editor);
    else if (result?.changed) await keep(open);
    noteWarnings(open);
    return result?.leave === true;
  } catch (error) {
    if (!io.signal.aborted) tellError(open, error);
    return false;
  }
}

/** Ctrl-C cancels the turn; once more ends the command at once, whatever still goes on. */
async function takeTurn(
  open: OpenChat,
  turn: (signal: AbortSignal) => Promise<TurnOutcome>,
  editor: LineEditor,
): Promise<void> {
  const { io } = open;
  const controller = new AbortController();
  const stop = () => controller.abort(io.signal.reason);
  io.signal.addEventListener('abort', stop);
  editor.onInterrupt = () => {
    if (controller.signal.aborted) endAtOnce();
    controller.abort(new ChainError('aborted', 'cancelled'));
  };
  try {
    const outcome = await turn(controller.signal);
    await keep(open);
    await showTurn(open, outcome);
  } finally {
    io.signal.removeEventListener('abort', stop);
    editor.onInterrupt = () => {};
  }
}

/** In raw mode Ctrl-C sends no signals. The first asks the command to end, the second doesn't wait for it. */
function endAtOnce(): void {
  process.emit('SIGINT', 'SIGINT');
  process.emit('SIGINT', 'SIGINT');
}

async function showTurn(open: OpenChat, outcome: TurnOutcome): Promise<void> {
  const { chat, plan } = open;
  const { flags, budget } = plan;
  const { error, spent } = outcome;
  if (flags.json) printDocument(open, outcome);
  if (error !== undefined && !isCancelled(error)) tellError(open, error);
  if (spent !== null || isCancelled(error)) {
    const { provider, model } = chat.model.llm;
    // By the name in the answer, else by the one that was asked for.
    const named = spent && (await contextWindow(provider, spent.model));
    note(open, renderTurn(outcome, chat, named ?? (await contextWindow(provider, model))));
  }
  if (budget !== undefined && isOverBudget(error)) note(open, renderSpent(budget));
  noteWarnings(open, outcome);
}

function renderGreeting({ plan, chat, keeper }: OpenChat): string {
  const { llm } = chat.model;
  const { length } = chat.turns;
  const parts = [
    ...(keeper.session === null
      ? []
      : [`session ${keeper.session}, ${length === 0 ? 'new' : `turn ${length + 1}`}`]),
    llm.provider === 'offline' ? 'offline, not a language model' : llm.model,
    `memory ${plan.memory}`,
    '/help lists commands, Ctrl-D leaves',
  ];
  return `${parts.join(' · ')}\n`;
}

function completeCommand(line: string): readonly string[] {
  return Object.keys(CHAT_COMMANDS)
    .map((name) => `/${name}`)
    .filter((command) => line.startsWith('/') && command.startsWith(line));
}

/** As it can be typed again. */
function toEntry({ text, verbatim }: CollectedInput): string {
  return verbatim && !text.includes('\n') ? `"""${text}"""` : text;
}
