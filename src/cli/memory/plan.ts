import { basename } from 'node:path';
import { MemoryMeasurer } from '../../chains/measurement/memory-measurer.js';
import { ChainError } from '../../errors.js';
import { decodeConversationScript, loadConversationScript } from '../../memory/conversation-script.js';
import { roomFor } from '../../models/budget-room.js';
import { chooseModel, isImplicitlyOffline } from '../../models/choose.js';
import type { Model } from '../../models/model.js';
import { DEFAULT_MODEL } from '../../models/providers.js';
import { cleanControls } from '../../safety/clean.js';
import type { Budget } from '../../tokens/budget.js';
import { loadTokenizer } from '../../tokens/tokenizer.js';
import { makeBudget } from '../budget.js';
import { sessionFile } from '../chat/session-names.js';
import { configPath } from '../config.js';
import { type Io, readAll } from '../io.js';
import { assertWritable } from '../named-file.js';
import { openConfig } from '../open-config.js';
import { assertAskable, openModel } from '../open-model.js';
import { assertOtherFiles, assertOwnFile } from '../other-file.js';
import type { TraceFlags } from '../trace-handlers.js';
import type { MemoryReport } from './report.js';
import { readSavedFile, readSession, type Session } from './session.js';

/** The flags of `chain memory`, as they were given: what is undefined was not. */
export interface MemoryFlags extends TraceFlags {
  readonly session?: string;
  /** With commas between. */
  readonly memory?: string;
  readonly model?: string;
  readonly turns?: number;
  readonly maxCost?: number;
  readonly maxTotalTokens?: number;
  readonly svg?: string;
  readonly json?: boolean;
  readonly timeout?: number;
  readonly retries?: number;
  readonly config?: string;
}

/** Everything that is decided before anything is asked or written. */
export interface MemoryPlan {
  readonly flags: MemoryFlags;
  readonly measurer: MemoryMeasurer;
  /** All of the report but what is measured. */
  readonly about: Omit<MemoryReport, 'measurement'>;
  /** Over all calls of the model. */
  readonly budget: Budget | undefined;
  /** Never to be written down. */
  readonly keys: readonly string[];
}

/**
 * Reads and checks everything that a measurement needs; no request is made and nothing is written.
 *
 * Where no model is set up, tokens and prices are those of the default model, and the offline model writes what a
 * model would have to.
 * @throws ChainError for whatever is wrong with the flags, the conversation or the model
 */
export async function makePlan(file: string | undefined, given: MemoryFlags, io: Io): Promise<MemoryPlan> {
  const { config, flags, keys } = await openConfig<MemoryFlags & { readonly stream?: boolean }>(given, io);
  const { log, svg, session, callback, record } = flags;
  assertOtherFiles({ '--log': log, '--svg': svg, '--record': record }, [
    ...[file, given.config ?? configPath(io.env)],
    ...(session === undefined ? [] : [sessionFile(session, io.env)]),
    ...callback,
  ]);
  assertOwnFile({ '--record': record }, { '--log': log, '--svg': svg });
  const source = await readSource(file, given.session, io);
  if (svg !== undefined) await assertWritable('--svg', svg, { isReplaced: true });

  const choice = chooseModel({
    flag: flags.model,
    template: source.model,
    env: io.env,
    config: config.model,
  });
  const simulated = isImplicitlyOffline(choice);
  const model = simulated ? DEFAULT_MODEL : choice.name;
  const budget = makeBudget(given, config.defaults);
  const { llm } = await openModel({ ...flags, model, stop: [] }, NO_TEMPLATE, config, io.env, { budget });
  const { script, title } = source;
  const make = () =>
    new MemoryMeasurer({
      script,
      llm,
      mechanisms: flags.memory?.split(',').map((kind) => kind.trim()),
      turns: flags.turns,
      simulate: simulated,
    });
  const measurer = await assertAskable(model, make, config, io.env);
  if (measurer.asking.length > 0) await assertPriced(llm, budget);
  const { encoding, exact } = await loadTokenizer(llm.model);
  const about = {
    title: inOneLine(title),
    description: script.description === undefined ? undefined : inOneLine(script.description),
    turns: flags.turns ?? script.turns.length,
    wanted: measurer.mechanisms,
    tokenizer: { encoding, exact },
    simulated,
  };
  return { flags, measurer, about, budget, keys };
}

const NO_TEMPLATE = { model: undefined, params: {}, offlineReply: undefined };

/** @throws ChainError `invalid_argument` for a model without a price under a budget of money */
async function assertPriced(llm: Model, budget: Budget | undefined): Promise<void> {
  if (budget === undefined || budget.maxCost === null) return;
  const quote = await llm.quote('');
  // With a price, each call is looked at when it is made.
  if (quote.price === null) roomFor(quote, [budget]);
}

/** As a title: without what a terminal would obey. */
function inOneLine(text: string): string {
  return cleanControls(text).replace(/\s+/g, ' ').trim();
}

/** What is measured. */
interface Source extends Session {
  readonly title: string;
}

async function readSource(file: string | undefined, session: string | undefined, io: Io): Promise<Source> {
  if (session !== undefined && file === undefined) {
    return { title: session, ...(await readSession(session, io.env)) };
  }
  if (session === undefined && file === '-') {
    const script = decodeConversationScript(await readPiped(io), STDIN);
    return { title: STDIN, script, model: undefined };
  }
  if (session === undefined && file !== undefined) {
    const saved = await readSavedFile(file);
    const read = saved ?? { script: await loadConversationScript(file), model: undefined };
    return { title: basename(file), ...read };
  }
  throw new ChainError(
    'invalid_argument',
    file === undefined ? 'no conversation' : 'a conversation file and --session at once: one is measured',
    { hint: 'chain memory conversation.yaml, or chain memory --session name' },
  );
}

const STDIN = 'standard input';

async function readPiped({ stdin }: Io): Promise<Uint8Array> {
  if (!stdin.isTTY) return readAll(stdin);
  throw new ChainError('invalid_argument', 'the conversation - is standard input, which is a terminal', {
    hint: 'Pipe a conversation into the command, or name a file.',
  });
}
