import { ConversationChain } from '../../chains/conversation.js';
import type { SavedConversation } from '../../chains/conversation-file.js';
import { formatTurn } from '../../chains/conversation-prompt.js';
import { ChainError } from '../../errors.js';
import { ConversationBufferMemory } from '../../memory/buffer.js';
import { asksModel, createMemory, parseMemoryKind } from '../../memory/create.js';
import { roomFor } from '../../models/budget-room.js';
import { bindVariables } from '../../prompts/bind-variables.js';
import { parseTemplate, type TemplateFile } from '../../prompts/load.js';
import type { Prompt } from '../../prompts/prompt.js';
import type { Budget } from '../../tokens/budget.js';
import { makeBudget } from '../budget.js';
import { configPath } from '../config.js';
import type { Io } from '../io.js';
import { loadTemplate } from '../load-template.js';
import { openConfig } from '../open-config.js';
import { assertAskable, findReplay, type ModelFlags, type OpenedModel, openModel } from '../open-model.js';
import { assertOtherFiles, assertOwnFile } from '../other-file.js';
import type { ReplayFlags } from '../replay.js';
import type { TraceFlags } from '../trace-handlers.js';
import { readVariables, stdinFlags, variableFiles } from '../variables.js';
import { ConversationStore } from './conversation-store.js';
import { stateAfter } from './replay.js';
import { sessionFile } from './session-names.js';

/** The flags of `chain chat`, as they were given: what is undefined was not. */
export interface ChatFlags extends ModelFlags, TraceFlags, ReplayFlags {
  readonly var: readonly string[];
  readonly vars: readonly string[];
  readonly system?: string;
  readonly maxCost?: number;
  readonly maxTotalTokens?: number;
  readonly memory?: string;
  readonly session?: string;
  readonly list?: boolean;
  readonly delete?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly config?: string;
}

/** Everything that is decided before anything is asked or written. */
export interface ChatPlan {
  readonly flags: ChatFlags;
  readonly model: OpenedModel;
  /** `window:2` and the like. */
  readonly memory: string;
  readonly prompt: Prompt | undefined;
  readonly system: string | undefined;
  /** What the conversation begins with, in words; `undefined` for the default prompt. */
  readonly opening: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly budget: Budget | undefined;
  readonly store: ConversationStore | null;
  /** Its memory is of the kind that is wanted now. */
  readonly saved: SavedConversation | null;
  /** What a person must know of it. */
  readonly notices: readonly string[];
  /** Never to be written down. */
  readonly keys: readonly string[];
  /** @throws ChainError for a name that names no model, or one that can't be asked, or that the budget doesn't allow */
  openModel(name: string): Promise<OpenedModel>;
}

/**
 * Reads and checks everything that a chat needs; no request is made and nothing is written but a session's folder.
 * @throws ChainError for whatever is wrong with the flags, the template, its variables, the session or the model
 */
export async function makeChatPlan(path: string | undefined, given: ChatFlags, io: Io): Promise<ChatPlan> {
  const { config, flags, keys } = await openConfig(given, io);
  const { log, session, callback, record } = flags;
  const sessionPath = session === undefined ? undefined : sessionFile(session, io.env);
  assertOtherFiles({ '--log': log, '--record': record }, [
    ...[path, '-', flags.replay, given.config ?? configPath(io.env), sessionPath],
    ...variableFiles(flags),
    ...callback,
  ]);
  assertOwnFile({ '--record': record }, { '--log': log });
  assertOwnFile({ '--session': sessionPath }, { '--log': log, '--record': record });
  const replay = await findReplay(flags, { keys, providers: config.providers, signal: io.signal });
  const template = await readTemplate(path, flags.system);
  const prompt = await bind(template, flags, io);
  const { store, saved } = await openSession(flags.session, io);
  const hints = {
    model: template?.model ?? saved?.model,
    params: template?.params ?? {},
    offlineReply: template?.offlineReply,
  };
  const budget = makeBudget(given, template?.budget, config.defaults);
  const open = async (name: string | undefined): Promise<OpenedModel> => {
    const opened = await openModel(
      { ...flags, ...(name !== undefined && { model: name }) },
      hints,
      config,
      io.env,
      { replay },
    );
    if (budget !== undefined && budget.maxCost !== null) roomFor(await opened.llm.quote(''), [budget]);
    return opened;
  };
  const model = await open(flags.model);
  // Empty: the model is told nothing, not even what the default prompt says.
  const system = prompt === undefined ? (flags.system ?? saved?.system) : undefined;
  const messages = openingOf(new ConversationChain({ llm: model.llm, prompt, system }));
  const asserted = async (opened: OpenedModel): Promise<OpenedModel> => {
    const { llm, choice } = opened;
    await assertAskable(choice.name, () => llm.assertCanAnswer(messages), config, io.env);
    return opened;
  };
  await asserted(model);
  const [first] = messages;
  const { kind } = createMemory(flags.memory ?? savedMemory(saved, store) ?? 'buffer', { llm: model.llm });
  const { changed, notices } = await remember(saved, kind, model);
  return {
    flags,
    model,
    memory: kind,
    prompt,
    system,
    opening:
      (prompt ?? system) !== undefined && first?.role === 'system'
        ? first.content
        : flags.system === ''
          ? ''
          : system,
    metadata: template === undefined ? {} : { template: template.file },
    budget,
    store,
    saved: changed,
    notices,
    keys,
    openModel: async (name) => asserted(await open(name)),
  };
}

/** `--system` alone is a template of which the human's words are the rest. */
async function readTemplate(
  path: string | undefined,
  system: string | undefined,
): Promise<TemplateFile | undefined> {
  if (path === '-') {
    throw new ChainError('invalid_argument', 'the template - is standard input, where the conversation is', {
      hint: 'Name a file.',
    });
  }
  const given = system === undefined ? {} : { system };
  if (path !== undefined) return loadTemplate(path, given);
  return system ? parseTemplate('{input}', { system, file: '--system' }) : undefined;
}

/** What a turn brings itself. */
const OF_A_TURN = ['input', 'history'];

/** The template's prompt, with all variables filled in but for those of a turn. */
async function bind(
  template: TemplateFile | undefined,
  { var: pairs, vars }: ChatFlags,
  io: Io,
): Promise<Prompt | undefined> {
  const [stdin] = stdinFlags({ var: pairs, vars });
  if (stdin !== undefined) {
    throw new ChainError('invalid_argument', `${stdin}: standard input is where the conversation is`);
  }
  const { named, extra } = await readVariables(vars, pairs, false, io);
  const own = OF_A_TURN.filter((name) => Object.hasOwn(named, name) || hasDefault(template, name));
  if (own.length > 0) {
    throw new ChainError(
      'invalid_argument',
      `${own.map((name) => `{${name}}`).join(', ')}: in a chat the turns say what it is`,
      {
        hint: 'It takes neither a value nor a default.',
      },
    );
  }
  if (template === undefined) {
    const [unknown] = Object.keys(named);
    if (unknown === undefined) return undefined;
    throw new ChainError('unknown_variable', `Unknown variable: ${unknown}`, {
      hint: 'Without a template there are no variables.',
    });
  }
  const { prompt, variables } = template;
  const turn = OF_A_TURN.filter((name) => variables.has(name));
  const values = bindVariables(
    template,
    { ...named, ...Object.fromEntries(turn.map((name) => [name, ''])) },
    extra,
  );
  return prompt.partial(
    Object.fromEntries(Object.entries(values).filter(([name]) => !OF_A_TURN.includes(name))),
  );
}

function hasDefault(template: TemplateFile | undefined, name: string): boolean {
  return template?.variables.has(name) === true && !template.prompt.inputVariables.includes(name);
}

async function openSession(
  name: string | undefined,
  { env }: Io,
): Promise<{ readonly store: ConversationStore | null; readonly saved: SavedConversation | null }> {
  if (name === undefined) return { store: null, saved: null };
  const opened = await ConversationStore.at(sessionFile(name, env));
  await opened.store.prepare();
  return opened;
}

/** @throws ChainError `file_not_readable` for a kind of memory that isn't known */
function savedMemory(saved: SavedConversation | null, store: ConversationStore | null): string | undefined {
  if (saved === null) return undefined;
  try {
    parseMemoryKind(saved.memory);
    return saved.memory;
  } catch (cause) {
    const { message } = cause as ChainError;
    throw new ChainError('file_not_readable', `cannot read the conversation ${store?.file}: ${message}`, {
      cause,
      hint: 'The file was left as it is.',
    });
  }
}

/** What the model is shown before anything was said. */
function openingOf({ prompt }: ConversationChain) {
  return formatTurn(prompt, new ConversationBufferMemory(), { input: '' }).messages;
}

/** The conversation with a memory of this kind: made again from all turns, or from what the other kind has kept. */
async function remember(
  saved: SavedConversation | null,
  kind: string,
  { llm }: OpenedModel,
): Promise<{ readonly changed: SavedConversation | null; readonly notices: readonly string[] }> {
  if (saved === null || saved.memory === kind) return { changed: saved, notices: [] };
  const { earlier: _, ...rest } = saved;
  const asks = asksModel(kind);
  const state = asks ? saved.state : await stateAfter(saved.turns, kind, llm);
  const how = asks ? `goes on with what that has kept` : `is made anew from all ${saved.turns.length} turns`;
  return {
    changed: { ...rest, memory: kind, state },
    notices: [`the memory was ${saved.memory} and is ${kind} now: it ${how}`],
  };
}
