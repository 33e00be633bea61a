import { LLMChain } from '../../chains/llm-chain.js';
import { ChainError } from '../../errors.js';
import type { Model } from '../../models/model.js';
import { bindVariables } from '../../prompts/bind-variables.js';
import type { Prompt, PromptValues } from '../../prompts/prompt.js';
import type { Mask } from '../../trace/asked-request.js';
import { chooseRun } from '../../trace/choose-run.js';
import type { ChosenRun } from '../../trace/load-run.js';
import { loadRecordedAnswer } from '../../trace/recorded-answer.js';
import { RecordedModel } from '../../trace/recorded-model.js';
import { RecordedPrompt, withSystem } from '../../trace/recorded-prompt.js';
import { type RepeatableRun, repeatableRun } from '../../trace/repeatable-run.js';
import type { TraceRun } from '../../trace/trace-run.js';
import { makeBudget } from '../budget.js';
import { type Config, configPath } from '../config.js';
import type { Io } from '../io.js';
import { openConfig } from '../open-config.js';
import { assertAskable, type ModelFlags, openModel } from '../open-model.js';
import { assertOtherFiles, assertOwnFile } from '../other-file.js';
import type { Asked } from '../planned-run.js';
import { nameOf } from '../replay.js';
import type { RunFlags, RunPlan } from '../run-plan.js';
import { readVariables, variableFiles } from '../variables.js';
import { type OriginalTemplate, originalTemplate } from './original-template.js';

/** The flags of `chain trace replay`, as they were given: what is undefined was not. */
export interface TraceReplayFlags
  extends Omit<RunFlags, 'prompt' | 'schema' | 'output' | 'dryRun'>,
    Pick<ModelFlags, 'model' | 'temperature'> {
  readonly live?: boolean;
}

export interface ReplayPlan {
  readonly planned: RunPlan;
  /** What the run is to be compared with. */
  readonly original: TraceRun;
  /** What somebody should know of the way in which it is repeated. */
  readonly notes: readonly string[];
}

/**
 * Finds a recorded run, and everything that it takes to carry it out again; no request is made and nothing is written.
 * @throws ChainError for whatever is wrong with the flags or the file, and for what can't be repeated
 */
export async function makeReplayPlan(
  file: string,
  name: string | undefined,
  given: TraceReplayFlags,
  io: Io,
): Promise<ReplayPlan> {
  // Nor into the usual log: it may well be the file that is read.
  const { config, flags, keys } = await openConfig<TraceReplayFlags>({ ...given, log: given.log! }, io);
  const { log, record } = flags;
  assertOtherFiles({ '--log': log, '--record': record }, [
    ...[file, given.config ?? configPath(io.env)],
    ...variableFiles(flags),
    ...flags.callback,
  ]);
  assertOwnFile({ '--record': record }, { '--log': log });
  const changes = changesIn(flags);
  const isLive = flags.live === true || changes.length > 0;
  if (isLive && flags.replayTiming) throw liveHasNoTiming(changes);

  const mask: Mask = io.redact;
  const chosen = await chooseRun(file, name, io);
  const run = repeatableRun(chosen);
  const found = await originalTemplate(run, mask);
  const { prompt, values } = await promptOf(run, found, flags, io);
  const llm = isLive ? await liveModel(run, found, flags, config, io) : recordedModel(chosen, run, flags);
  if (isLive) {
    const { messages } = prompt.formatPrompt(values);
    await assertAskable(flags.model ?? llm.model, () => llm.assertCanAnswer(messages), config, io.env);
  }
  const budget = makeBudget(given);
  const planned = {
    variant: { number: 1 },
    label: llm.model,
    model: llm.model,
    llm,
    chain: askedBy(run, llm, prompt),
    output: undefined,
    share: undefined,
  };
  return {
    planned: { flags, values, runs: [planned], schema: undefined, budget, providers: config.providers, keys },
    original: run.original,
    notes: found.template === null && found.hasChanged ? [`${found.why}; what was recorded is asked`] : [],
  };
}

/** The flags that make another run of it. */
function changesIn(flags: TraceReplayFlags): readonly string[] {
  const { model, system, temperature, topP, maxTokens, seed, stop, var: pairs, vars } = flags;
  const single = { model, system, temperature, 'top-p': topP, 'max-tokens': maxTokens, seed };
  const given = Object.entries(single).filter(([, value]) => value !== undefined);
  const repeated = Object.entries({ stop, var: pairs, vars }).filter(([, values]) => values.length > 0);
  return [...given, ...repeated].map(([flag]) => `--${flag}`);
}

function liveHasNoTiming(changes: readonly string[]): ChainError {
  const [why = '--live'] = changes;
  return new ChainError('invalid_argument', `--replay-timing and ${why} at once: the model is asked again`, {
    hint: 'Only what is recorded has a time that it took.',
  });
}

/** From the template where it still gives the same; else what was asked then. */
async function promptOf(
  { original, prompt: recorded }: RepeatableRun,
  found: OriginalTemplate,
  { var: pairs, vars, system }: TraceReplayFlags,
  io: Io,
): Promise<{ readonly prompt: Prompt; readonly values: PromptValues }> {
  const isFilledAnew = pairs.length > 0 || vars.length > 0;
  if (isFilledAnew && found.template === null) {
    throw new ChainError('invalid_argument', `--var needs the template: ${found.why}`, {
      hint: 'chain run asks anew from a template, whatever was recorded.',
    });
  }
  const prompt = found.template?.prompt ?? new RecordedPrompt(recorded);
  const replaced = system === undefined ? prompt : withSystem(prompt, system);
  if (found.template === null) {
    // The prompt has them already; the run is to have them as well.
    return { prompt: replaced, values: original.start?.type === 'chainStart' ? original.start.inputs : {} };
  }
  const { template, inputs } = found;
  if (!isFilledAnew) return { prompt: replaced, values: inputs };
  const { named, extra } = await readVariables(vars, pairs, false, io);
  return { prompt: replaced, values: bindVariables(template, named, { ...inputs, ...extra }) };
}

function recordedModel(
  { file, summary }: ChosenRun,
  { model, request }: RepeatableRun,
  { stream, replayTiming }: TraceReplayFlags,
): Model {
  const { name, start, end } = model;
  const { from, to } = summary;
  const recording = { runId: model.id, name, from, to, ended: end !== null };
  const wasStreamed = model.streamed !== null || end === null || !('text' in end) || end.text === '';
  return new RecordedModel({
    ...request.params,
    recording: { ...recording, model: start.model, provider: start.provider, kind: request.kind },
    load: () => loadRecordedAnswer(file, recording),
    timing: replayTiming ? 'recorded' : 'instant',
    streaming: wasStreamed && stream !== false,
  });
}

/** As it was asked then, but for what the flags say; a configured parameter is none of the run's. */
async function liveModel(
  { model: { start }, request }: RepeatableRun,
  { template }: OriginalTemplate,
  flags: TraceReplayFlags,
  config: Config,
  { env }: Io,
): Promise<Model> {
  const name = flags.model ?? nameOf(start, config.providers);
  if (name === undefined) {
    throw new ChainError('invalid_argument', `${start.model} of ${start.provider} can't be asked from here`, {
      hint: 'Name a model: --model gpt-5-mini, --model ollama:llama3.2.',
    });
  }
  const hints = { model: name, params: request.params, offlineReply: template?.offlineReply };
  const { llm } = await openModel({ ...flags, model: name }, hints, { ...config, defaults: {} }, env);
  return llm;
}

/** A chain is a chain again, with the tags and metadata that its events have. */
function askedBy({ original, request }: RepeatableRun, llm: Model, prompt: Prompt): Asked {
  const { tags = [], metadata = {} } = original.start ?? {};
  if (original.start?.type === 'chainStart') return new LLMChain({ llm, prompt, tags, metadata });
  const tools = request.kind === 'chat' ? request.tools : [];
  return {
    prompt,
    invoke: (values, options) =>
      llm.invoke(prompt.formatPrompt(values), { ...options, tags, metadata, tools }),
  };
}
