import { basename } from 'node:path';
import { MemoryMeasurer } from '../../chains/measurement/memory-measurer.js';
import { ChainError } from '../../errors.js';
import { loadConversationScript } from '../../memory/conversation-script.js';
import { chooseModel, isImplicitlyOffline } from '../../models/choose.js';
import { DEFAULT_MODEL, keysIn } from '../../models/providers.js';
import { cleanControls } from '../../safety/clean.js';
import { loadTokenizer } from '../../tokens/tokenizer.js';
import { loadConfig } from '../config.js';
import { withDefaults } from '../flag-defaults.js';
import type { Io } from '../io.js';
import { openModel } from '../open-model.js';
import type { TraceFlags } from '../trace-handlers.js';
import type { MemoryReport } from './report.js';
import { readSession, type Session } from './session.js';
import { assertSvgWritable } from './svg-file.js';

/** The flags of `chain memory`, as they were given: what is undefined was not. */
export interface MemoryFlags extends TraceFlags {
  readonly session?: string;
  /** With commas between. */
  readonly memory?: string;
  readonly model?: string;
  readonly turns?: number;
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
  const config = await loadConfig(given.config, io.env);
  const flags = withDefaults<MemoryFlags & { readonly stream?: boolean }>(given, config);
  const source = await readSource(file, given.session, io);
  if (flags.svg !== undefined) await assertSvgWritable(flags.svg);

  const choice = chooseModel({
    flag: flags.model,
    template: source.model,
    env: io.env,
    config: config.model,
  });
  const simulated = isImplicitlyOffline(choice);
  const model = simulated ? DEFAULT_MODEL : choice.name;
  const { llm } = await openModel({ ...flags, model, stop: [] }, NO_TEMPLATE, config, io.env);
  const { script, title } = source;
  const measurer = new MemoryMeasurer({
    script,
    llm,
    mechanisms: flags.memory?.split(',').map((kind) => kind.trim()),
    turns: flags.turns,
    simulate: simulated,
  });
  const { encoding, exact } = await loadTokenizer(llm.model);
  const about = {
    title: inOneLine(title),
    description: script.description === undefined ? undefined : inOneLine(script.description),
    turns: flags.turns ?? script.turns.length,
    wanted: measurer.mechanisms,
    tokenizer: { encoding, exact },
    simulated,
  };
  return { flags, measurer, about, keys: keysIn(io.env, config.providers) };
}

const NO_TEMPLATE = { model: undefined, params: {}, offlineReply: undefined };

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
  if (session === undefined && file !== undefined) {
    return { title: basename(file), script: await loadConversationScript(file), model: undefined };
  }
  throw new ChainError(
    'invalid_argument',
    file === undefined ? 'no conversation' : 'a conversation file and --session at once: one is measured',
    { hint: 'chain memory conversation.yaml, or chain memory --session name' },
  );
}
