import { ChainError } from '../../errors.js';
import { isOverBudget, renderSpent } from '../budget.js';
import { inputLines } from './input-lines.js';
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
import { renderFailedTurn } from './turn-document.js';
import type { TurnOutcome } from './turn-outcome.js';

/**
 * A conversation from a pipe: each line is an input, each reply goes to stdout. What fails is told, and the next line
 * has its turn.
 * @throws for the first failure, or a session that isn't saved, at the end; at once where a budget or a signal ends the conversation
 */
export async function holdPipedChat(open: OpenChat): Promise<void> {
  const { io } = open;
  const failures: unknown[] = [];
  let inputs = 0;
  for await (const line of inputLines(io.stdin, io.signal)) {
    if (line.trim() === '') continue;
    inputs += 1;
    const { failure, leave } = await takeLine(open, line);
    io.signal.throwIfAborted();
    if (isOverBudget(failure)) throw failure;
    if (failure !== undefined) failures.push(failure);
    if (leave) break;
  }
  const { unsaved } = open;
  if (failures.length === 0) {
    if (unsaved !== null) throw unsaved;
    return;
  }
  const [cause] = failures;
  const code = cause instanceof ChainError ? cause.code : 'internal';
  const besides = unsaved === null ? '' : `, and ${unsaved.message}`;
  throw new ChainError(code, `${failures.length} of ${inputs} inputs failed${besides}`, { cause });
}

async function takeLine(
  open: OpenChat,
  line: string,
): Promise<{ readonly failure?: unknown; readonly leave?: boolean | undefined }> {
  const { io, chat, plan } = open;
  try {
    const result = await respond(open, line);
    if (result?.text !== undefined) tell(open, result.text);
    if (result?.turn !== undefined) return { failure: await showTurn(open, await result.turn(io.signal)) };
    if (result?.changed) await keep(open);
    noteWarnings(open);
    return { leave: result?.leave };
  } catch (failure) {
    // A command that isn't there, or can't be done.
    if (plan.flags.json) {
      io.stdout.write(renderFailedTurn(chat.turns.length + 1, failure, '', io.redact));
    }
    tellError(open, failure);
    return { failure };
  }
}

/** @returns what went wrong */
async function showTurn(open: OpenChat, outcome: TurnOutcome): Promise<unknown> {
  const { io, plan } = open;
  const { flags, budget } = plan;
  await keep(open);
  const error = io.signal.aborted ? io.signal.reason : outcome.error;
  if (flags.json) printDocument(open, { ...outcome, error });
  else if (error === undefined && outcome.text === '') io.stdout.write('\n');
  noteWarnings(open, outcome);
  if (budget !== undefined && isOverBudget(error)) note(open, renderSpent(budget));
  // What ends the command is told where it ends.
  else if (error !== undefined && !io.signal.aborted) tellError(open, error);
  return error;
}
