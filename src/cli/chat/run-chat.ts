import { unlessAborted } from '../../callbacks/abort.js';
import { renderFailure } from '../../callbacks/failures.js';
import { CallbackManager } from '../../callbacks/manager.js';
import { ChainError, toErrorRecord } from '../../errors.js';
import type { CallbackHandler } from '../../events.js';
import { closeAll } from '../close-all.js';
import { renderErrorJson } from '../exit.js';
import type { Io } from '../io.js';
import { LiveView } from '../live-view.js';
import { canSpin } from '../spinner.js';
import { makeTraceHandlers } from '../trace-handlers.js';
import { Chat } from './chat.js';
import { type ChatFlags, type ChatPlan, makeChatPlan } from './chat-plan.js';
import { renderSpending } from './figures.js';
import { Keeper } from './keeper.js';
import { note, noteWarnings, type OpenChat } from './open-chat.js';
import { ReplyView } from './reply-view.js';

/**
 * `chain chat`: the plan, the handlers, the conversation, its summary.
 * @throws what ended the conversation, after everything that is known has been shown
 */
export async function runChat(template: string | undefined, given: ChatFlags, io: Io): Promise<void> {
  let opened: Opened;
  try {
    if (given.list || given.delete !== undefined) return await manageSessions(template, given, io);
    const plan = await unlessAborted(makeChatPlan(template, given, io), io.signal);
    opened = await unlessAborted(openChat(plan, io), io.signal);
  } catch (error) {
    if (given.json) io.stdout.write(renderErrorJson(toErrorRecord(error), '', io.redact));
    throw error;
  }
  const { open, handlers, callbacks } = opened;
  for (const notice of open.plan.notices) note(open, `${notice}\n`);
  let ended: { readonly error: unknown } | undefined;
  try {
    await hold(open);
  } catch (error) {
    ended = { error };
  }
  open.warnings.push(...(await closeAll(handlers)), ...countFailures(callbacks));
  noteWarnings(open);
  note(open, renderSpending(open.chat.turns.length, open.chat.spending));
  if (ended !== undefined) throw ended.error;
}

interface Opened {
  readonly open: OpenChat;
  readonly handlers: readonly CallbackHandler[];
  /** The same, as what knows of their failures. */
  readonly callbacks: CallbackManager;
}

async function openChat(plan: ChatPlan, io: Io): Promise<Opened> {
  const { flags, keys } = plan;
  const warnings: string[] = [];
  const spinner = io.stdout.isTTY && canSpin(io.stderr, io.env) && !flags.quiet ? io.stderr : null;
  const live = flags.json ? null : new LiveView({ stdout: io.stdout, spinner, signal: io.signal });
  const view = new ReplyView(live);
  const onWarning = (warning: string) => void warnings.push(warning);
  const traces = await makeTraceHandlers(flags, {
    io,
    keys,
    live: live === null ? undefined : view,
    onWarning,
  });
  const handlers = [view, ...traces];
  const callbacks = new CallbackManager(handlers, {
    onHandlerError: (failure) => onWarning(renderFailure(failure)),
  });
  const chat = new Chat({ ...plan, callbacks, view });
  const keeper = new Keeper({ store: plan.store, system: plan.opening, env: io.env });
  return { open: { plan, chat, keeper, io, warnings, unsaved: null }, handlers, callbacks };
}

/** The first failure of its kind was told when it came. */
function countFailures({ failures }: CallbackManager): string[] {
  const times = failures.reduce((sum, { count }) => sum + count, 0);
  return times === failures.length ? [] : [`callback handlers failed ${times} times in all`];
}

async function hold(open: OpenChat): Promise<void> {
  const { terminalOf, holdTerminalChat } = await import('./terminal-chat.js');
  const terminal = terminalOf(open.io);
  if (terminal !== null) return holdTerminalChat(open, terminal);
  const { holdPipedChat } = await import('./piped-chat.js');
  return holdPipedChat(open);
}

async function manageSessions(
  template: string | undefined,
  { list, delete: name, json, session, memory, system }: ChatFlags,
  io: Io,
): Promise<void> {
  if (list && name !== undefined) {
    throw new ChainError('invalid_argument', '--list and --delete at once: one of them at a time');
  }
  const ofChats = { '--session': session, '--memory': memory, '--system': system };
  const idle = [template, ...Object.entries(ofChats).map(([flag, value]) => value !== undefined && flag)];
  const others = idle.filter((argument) => typeof argument === 'string');
  if (others.length > 0) {
    const flag = list ? '--list' : '--delete';
    throw new ChainError(
      'invalid_argument',
      `${flag} begins no chat: it can do nothing with ${others.join(', ')}`,
    );
  }
  const { deleteSession, listSessions, renderSessions, renderSessionsJson } = await import('./sessions.js');
  if (name !== undefined) return deleteSession(name, io.env);
  const sessions = await listSessions(io.env);
  io.stdout.write(json ? renderSessionsJson(sessions, io.redact) : renderSessions(sessions));
  if (sessions.length === 0 && !json) io.stderr.write('no sessions: chain chat --session NAME begins one\n');
}
