import { formatTurn } from '../../chains/conversation-prompt.js';
import { ChainError } from '../../errors.js';
import { didYouMean } from '../../nearest-name.js';
import type { OpenedModel } from '../open-model.js';
import type { Chat } from './chat.js';
import { renderSpending } from './figures.js';
import { firstWords } from './first-words.js';
import type { Keeper } from './keeper.js';
import { spentTurns } from './spending.js';
import type { TurnOutcome } from './turn-outcome.js';

/** What a command may work on. */
export interface CommandContext {
  readonly chat: Chat;
  readonly keeper: Keeper;
  /** In columns. */
  readonly width: number;
  /** @throws ChainError for a name that names no model */
  openModel(name: string): Promise<OpenedModel>;
}

/** What a command comes to. */
export interface CommandResult {
  /** For the person, a line or more. */
  readonly text?: string;
  /** A turn to take. Rejects where it can't be taken. */
  readonly turn?: (signal: AbortSignal) => Promise<TurnOutcome>;
  /** The conversation is another one now. */
  readonly changed?: boolean;
  readonly leave?: boolean;
}

export interface ChatCommand {
  /** What may stand behind its name. */
  readonly argument?: string;
  readonly help: string;
  /** @throws ChainError where it can't be done */
  run(context: CommandContext, argument: string): CommandResult | Promise<CommandResult>;
}

/** Commands by their names, in the order of `/help`. */
export const CHAT_COMMANDS: Readonly<Record<string, ChatCommand>> = {
  help: { help: 'what can be typed here', run: showHelp },
  tokens: { help: 'what each turn took', run: showTokens },
  memory: { help: 'what the model will be shown next', run: showMemory },
  undo: { help: 'takes the last turn back', run: undo },
  retry: { help: 'asks again what was asked last', run: retry },
  model: {
    argument: '[name]',
    help: 'which model answers; with a name: that one from now on',
    run: changeModel,
  },
  save: {
    argument: '[name]',
    help: 'saves the conversation: as a session, or to a file such as ./talk.json',
    run: save,
  },
  reset: { help: 'begins anew', run: reset },
  exit: { help: 'leaves, as Ctrl-D does', run: () => ({ leave: true }) },
};

/** @throws ChainError for a command that isn't there, or can't be done */
export async function runCommand(
  context: CommandContext,
  name: string,
  argument: string,
): Promise<CommandResult> {
  const command = Object.hasOwn(CHAT_COMMANDS, name) ? CHAT_COMMANDS[name]! : undefined;
  if (command === undefined) {
    throw new ChainError(
      'invalid_argument',
      `there is no command /${name}${didYouMean(name, Object.keys(CHAT_COMMANDS)).replace('"', '"/')}`,
      { hint: `/help lists them. A message that begins so is written with one more slash: //${name}` },
    );
  }
  if (argument !== '' && command.argument === undefined) {
    throw new ChainError('invalid_argument', `/${name} takes nothing behind it`);
  }
  return command.run(context, argument);
}

function showHelp(): CommandResult {
  const rows = Object.entries(CHAT_COMMANDS).map(([name, { argument, help }]) => [
    argument === undefined ? `/${name}` : `/${name} ${argument}`,
    help,
  ]);
  const commands = rows.map(([usage = '', help = '']) => `  ${usage.padEnd(16)}${help}\n`);
  return { text: `${commands.join('')}${KEYS}` };
}

const KEYS = `A line that ends in a backslash goes on in the next; """ opens and closes a block of lines.
A message that begins with a slash is written with two. Ctrl-C cancels a reply, Ctrl-D leaves.
`;

async function showTokens({ chat, width }: CommandContext): Promise<CommandResult> {
  const turns = spentTurns(chat.turns, chat.discarded);
  const summary = renderSpending(chat.turns.length, chat.spending);
  if (turns.length === 0) return { text: summary };
  const { renderTurnTable } = await import('./turn-table.js');
  return { text: `${renderTurnTable(turns, width)}${summary}` };
}

function showMemory({ chat: { conversation } }: CommandContext): CommandResult {
  const { prompt, memory, llm } = conversation;
  const { messages, text } = formatTurn(prompt, memory, { input: '(your next message)' });
  const shown =
    llm.kind === 'chat'
      ? messages.map(({ role, content }) => `${role}:\n${content}\n`).join('\n')
      : `${text}\n`;
  return { text: shown };
}

async function undo({ chat }: CommandContext): Promise<CommandResult> {
  if (chat.turns.length === 0) return { text: 'there is no turn to take back\n' };
  const { input } = await chat.undo();
  return { text: `turn ${chat.turns.length + 1} is taken back: ${firstWords(input)}\n`, changed: true };
}

function retry({ chat }: CommandContext): CommandResult {
  if (chat.lastAsked === null) return { text: 'there is nothing to ask again\n' };
  return { turn: (signal) => chat.retry(signal) };
}

async function changeModel({ chat, openModel }: CommandContext, name: string): Promise<CommandResult> {
  const { llm: before } = chat.model;
  if (name === '') return { text: `${before.model} (${before.provider})\n` };
  chat.changeModel(await openModel(name));
  const { llm } = chat.model;
  return { text: `${llm.model} (${llm.provider}) answers from now on\n`, changed: chat.turns.length > 0 };
}

async function save({ chat, keeper }: CommandContext, name: string): Promise<CommandResult> {
  return { text: `${await keeper.saveAs(chat, name)}\n` };
}

function reset({ chat }: CommandContext): CommandResult {
  const changed = chat.turns.length > 0;
  chat.reset();
  return { text: 'a new conversation begins\n', changed };
}
