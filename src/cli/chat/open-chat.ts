import { ChainError } from '../../errors.js';
import { cleanControls } from '../../safety/clean.js';
import { maskSecrets } from '../../safety/mask.js';
import { dim } from '../dim.js';
import { renderError } from '../exit.js';
import type { Io } from '../io.js';
import { renderMiss } from '../miss.js';
import { finishWarnings } from '../run-report.js';
import type { Chat } from './chat.js';
import type { ChatPlan } from './chat-plan.js';
import { type CommandContext, type CommandResult, runCommand } from './commands.js';
import type { Keeper } from './keeper.js';
import { parseInput } from './parse-input.js';
import { renderTurnDocument } from './turn-document.js';
import type { TurnOutcome } from './turn-outcome.js';

/** A chat that goes on, with all that is around it. */
export interface OpenChat {
  readonly plan: ChatPlan;
  readonly chat: Chat;
  readonly keeper: Keeper;
  readonly io: Io;
  /** What a person is still to be told. */
  readonly warnings: string[];
  /** Why the session isn't saved as it stands; `null` where it is, or there is none. */
  unsaved: ChainError | null;
}

/**
 * What an input comes to. `null` for nothing at all.
 * @throws ChainError for a command that isn't there or can't be done
 */
export async function respond(
  { plan, chat, keeper, io }: OpenChat,
  text: string,
  verbatim = false,
): Promise<CommandResult | null> {
  const input = verbatim ? ({ kind: 'message', text } as const) : parseInput(text);
  if (text.trim() === '' || input.kind === 'nothing') return null;
  if (input.kind === 'message') return { turn: (signal) => chat.ask(input.text, signal) };
  const width = io.stderr.columns || 80;
  const context: CommandContext = { chat, keeper, width, openModel: plan.openModel };
  return runCommand(context, input.name, input.argument);
}

/**
 * Saves the session. That it can't, or not where it was, is told even with `--quiet`, once: the conversation goes on,
 * and each turn tries again.
 */
export async function keep(open: OpenChat): Promise<void> {
  try {
    const notice = await open.keeper.save(open.chat);
    if (notice !== undefined) tellWarning(open, notice);
    open.unsaved = null;
  } catch (cause) {
    const { message } = cause as Error;
    if (open.unsaved === null) tellWarning(open, message);
    open.unsaved = new ChainError('answer_not_saved', 'the session could not be saved', { cause });
  }
}

/** The document of a turn, on stdout. */
export function printDocument({ io, chat }: OpenChat, outcome: TurnOutcome): void {
  io.stdout.write(renderTurnDocument(outcome, chat, io.redact));
}

/** A text for the person, on stderr: all of it but keys. */
export function tell({ io, plan }: OpenChat, text: string): void {
  io.stderr.write(maskSecrets(cleanControls(text), plan.keys));
}

function tellWarning(open: OpenChat, warning: string): void {
  tell(open, `warning: ${open.io.redact(warning)}\n`);
}

/** What went wrong, in a line or two. */
export function tellError(open: OpenChat, error: unknown): void {
  const { io, plan } = open;
  io.stderr.write(io.redact(renderMiss(error, plan.flags, io)));
  io.stderr.write(io.redact(renderError(error, io.env.CHAIN_DEBUG === '1')));
}

/** The same, behind what the conversation says. Not with `--quiet`. */
export function note(open: OpenChat, text: string): void {
  const { io, plan } = open;
  const { flags, keys } = plan;
  if (!flags.quiet) io.stderr.write(dim(maskSecrets(cleanControls(text), keys), flags, io));
}

/** What a turn left to be known, and what else has gathered. */
export function noteWarnings(open: OpenChat, outcome?: TurnOutcome): void {
  const all = [...finishWarnings(outcome?.finishReason ?? null), ...open.warnings.splice(0)];
  note(open, all.map((warning) => `warning: ${open.io.redact(warning)}\n`).join(''));
}
