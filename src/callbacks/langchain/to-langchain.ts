import { toErrorRecord } from '../../errors.js';
import type { CallbackHandler, ChainEvent } from '../../events.js';
import type { Message, Usage, UsageSum } from '../../messages.js';
import { addUsage, UNKNOWN_USAGE } from '../../tokens/usage.js';
import { BackgroundQueue } from '../background.js';
import { now } from '../clock.js';
import { dispatch, type TreeState, targetsFor } from '../dispatch.js';
import { handlerName } from '../failures.js';
import { CallbackManager, type Subscription } from '../manager.js';
import { toPlain } from '../plain.js';
import type { EventFields } from '../run.js';
import {
  fieldsOf,
  firstText,
  ourDocument,
  ourMessage,
  ourParams,
  ourRecord,
  ourToolCalls,
  ourToolOutput,
  ourTools,
  ourUsage,
  ourValue,
} from './our-objects.js';

/** The same handler always gives the same one, so that it hears an event once however often it is attached. */
const known = new WeakMap<CallbackHandler, LangChainCallbacks>();

/**
 * Puts a handler of this package into a program of LangChain.js: `callbacks: [toLangChain(handler)]`. It hears what
 * happens there as events: the same as of a run here, so far as LangChain.js tells it.
 *
 * It is called by the same rules as here: waited for unless it is in the `background`, for as long as its
 * `handlerTimeoutMs` lets it; what it throws is reported, and fails the run with `raiseError`.
 * @throws TypeError for what is no handler
 */
export function toLangChain(handler: CallbackHandler): LangChainCallbacks {
  const [subscription] = CallbackManager.subscribe([handler]);
  let theirs = known.get(handler);
  if (theirs === undefined) known.set(handler, (theirs = new LangChainCallbacks(subscription!)));
  return theirs;
}

/** A run of LangChain.js's that goes on. */
interface OpenRun {
  readonly id: string;
  readonly parentId: string | null;
  /** `undefined` at the root, and where the parent isn't heard. */
  readonly parent: OpenRun | undefined;
  readonly within: readonly string[];
  readonly name: string;
  readonly started: number;
  readonly tree: TreeState;
  readonly model: string;
  readonly provider: string;
  usage: UsageSum | null;
  firstTokenMs: number | null;
  /** How many tokens have come. */
  tokens: number;
  /** What they say. */
  text: string;
}

type Heard = void | Promise<void>;
type Names = readonly string[] | undefined;
type Fields = Readonly<Record<string, unknown>> | undefined;

/**
 * What LangChain.js calls a callback handler, with a handler of this package behind it. Its methods are LangChain.js's to
 * call.
 */
export class LangChainCallbacks {
  readonly name: string;
  /** The handler's own switches are seen to when it is called: its events need the runs around them. */
  readonly ignoreLLM = false;
  readonly ignoreChain = false;
  readonly ignoreAgent = false;
  readonly ignoreRetriever = false;
  readonly ignoreCustomEvent = false;
  readonly awaitHandlers = true;
  readonly #subscription: Subscription;
  readonly #runs = new Map<string, OpenRun>();

  /** @internal */
  constructor(subscription: Subscription) {
    this.#subscription = subscription;
    this.name = handlerName(subscription.handler);
  }

  get raiseError(): boolean {
    return this.#subscription.handler.raiseError === true;
  }

  handleChainStart(
    chain: unknown,
    inputs: unknown,
    runId: string,
    parentRunId?: string,
    tags?: Names | string,
    metadata?: Fields,
    _runType?: unknown,
    runName?: unknown,
  ): Heard {
    const run = this.#open(runId, parentRunId, nameOf(chain, runName, 'Chain'));
    const fields = { type: 'chainStart', inputs: ourRecord(inputs, 'input') } as const;
    return this.#start(run, fields, tags, metadata);
  }

  handleChainEnd(outputs: unknown, runId: string): Heard {
    return this.#end(runId, ({ usage }) => {
      return { type: 'chainEnd', outputs: ourRecord(outputs, 'output'), usage };
    });
  }

  handleChainError(error: unknown, runId: string): Heard {
    return this.#end(runId, ({ usage }) => ({ type: 'chainError', error: toErrorRecord(error), usage }));
  }

  handleLLMStart(
    llm: unknown,
    prompts: readonly string[],
    runId: string,
    parentRunId?: string,
    extraParams?: Fields,
    tags?: Names,
    metadata?: Fields,
    runName?: string,
  ): Heard {
    const { run, params } = this.#openModel(llm, runId, parentRunId, extraParams, metadata, runName);
    const { model, provider } = run;
    const fields = { type: 'llmStart', model, provider, params, prompt: prompts[0] ?? '' } as const;
    return this.#start(run, fields, tags, metadata);
  }

  handleChatModelStart(
    llm: unknown,
    messages: readonly (readonly unknown[])[],
    runId: string,
    parentRunId?: string,
    extraParams?: Fields,
    tags?: Names,
    metadata?: Fields,
    runName?: string,
  ): Heard {
    const opened = this.#openModel(llm, runId, parentRunId, extraParams, metadata, runName);
    const { run, params, invocation } = opened;
    const { model, provider } = run;
    const fields = {
      type: 'chatModelStart',
      model,
      provider,
      params,
      messages: (messages[0] ?? []).map(ourMessage),
      tools: ourTools(invocation.tools),
    } as const;
    return this.#start(run, fields, tags, metadata);
  }

  handleLLMNewToken(token: string, _index: unknown, runId: string): Heard {
    const run = this.#runs.get(runId);
    // Chunks of calls of tools have no text.
    if (run === undefined || token === '') return;
    run.firstTokenMs ??= since(run);
    run.text += token;
    return this.#tell(run, { type: 'llmNewToken', token, index: run.tokens++ });
  }

  async handleLLMEnd(output: unknown, runId: string): Promise<void> {
    const run = this.#runs.get(runId);
    if (run === undefined) return;
    const durationMs = since(run);
    const { generations, llmOutput } = fieldsOf(output) as {
      generations?: readonly (readonly Fields[])[];
      llmOutput?: unknown;
    };
    const generation = generations?.[0]?.[0] ?? {};
    const answer = generation.message;
    const info = { ...fieldsOf(generation.generationInfo), ...fieldsOf(fieldsOf(answer).response_metadata) };
    const given = answer === undefined ? { role: 'assistant' as const, content: '' } : ourMessage(answer);
    const text = firstText(given.content, generation.text) ?? '';
    const message: Message = { ...given, content: text };
    const usage = ourUsage(answer, llmOutput);
    const model = firstText(info.model_name, info.model, fieldsOf(llmOutput).model_name) ?? run.model;
    const cost = await costOf(run, model, usage);
    count(run, usage);
    await this.#end(runId, () => ({
      type: 'llmEnd',
      text,
      message,
      toolCalls: ourToolCalls(answer),
      finishReason: firstText(info.finish_reason, info.stop_reason, info.finishReason),
      usage,
      cost,
      model,
      responseId: responseId(fieldsOf(answer).id, info.id),
      firstTokenMs: run.firstTokenMs,
      durationMs,
    }));
  }

  handleLLMError(error: unknown, runId: string): Heard {
    return this.#end(runId, (run) => {
      const { model, text } = run;
      const usage = text === '' ? null : UNKNOWN_USAGE;
      if (usage !== null) count(run, usage);
      return { type: 'llmError', error: toErrorRecord(error), model, text, usage, cost: null };
    });
  }

  handleToolStart(
    tool: unknown,
    input: unknown,
    runId: string,
    parentRunId?: string,
    tags?: Names,
    metadata?: Fields,
    runName?: string,
    toolCallId?: string,
  ): Heard {
    const run = this.#open(runId, parentRunId, nameOf(tool, runName, 'Tool'));
    const fields = { type: 'toolStart', input: toolInput(input), toolCallId: toolCallId ?? null } as const;
    return this.#start(run, fields, tags, metadata);
  }

  handleToolEnd(output: unknown, runId: string): Heard {
    return this.#end(runId, () => ({ type: 'toolEnd', output: ourToolOutput(output) }));
  }

  handleToolError(error: unknown, runId: string): Heard {
    return this.#end(runId, () => ({ type: 'toolError', error: toErrorRecord(error) }));
  }

  handleAgentAction(action: unknown, runId: string): Heard {
    const { tool, toolInput: input, log } = fieldsOf(action);
    return this.#tellOf(runId, {
      type: 'agentAction',
      tool: firstText(tool) ?? '',
      input: ourValue(input),
      log: firstText(log) ?? '',
    });
  }

  handleAgentEnd(finish: unknown, runId: string): Heard {
    const { returnValues, log } = fieldsOf(finish);
    const output = fieldsOf(returnValues).output ?? returnValues;
    return this.#tellOf(runId, {
      type: 'agentFinish',
      output: typeof output === 'string' ? output : (JSON.stringify(ourValue(output)) ?? ''),
      log: firstText(log) ?? '',
    });
  }

  handleRetrieverStart(
    retriever: unknown,
    query: string,
    runId: string,
    parentRunId?: string,
    tags?: Names,
    metadata?: Fields,
    runName?: string,
  ): Heard {
    const run = this.#open(runId, parentRunId, nameOf(retriever, runName, 'Retriever'));
    return this.#start(run, { type: 'retrieverStart', query }, tags, metadata);
  }

  handleRetrieverEnd(documents: readonly unknown[], runId: string): Heard {
    return this.#end(runId, () => ({ type: 'retrieverEnd', documents: documents.map(ourDocument) }));
  }

  handleRetrieverError(error: unknown, runId: string): Heard {
    return this.#end(runId, () => ({ type: 'retrieverError', error: toErrorRecord(error) }));
  }

  handleText(text: string, runId: string): Heard {
    return this.#tellOf(runId, { type: 'text', text, kind: 'text' });
  }

  handleCustomEvent(eventName: string, data: unknown, runId: string): Heard {
    return this.#tellOf(runId, { type: 'customEvent', eventName, data: ourValue(data) });
  }

  #open(id: string, parentId: string | undefined, name: string, model = '', provider = ''): OpenRun {
    const parent = this.#runs.get(parentId ?? '');
    const run = {
      id,
      parentId: parentId ?? null,
      parent,
      within: [...(parent?.within ?? []), id],
      name,
      started: now(),
      tree: parent?.tree ?? { late: new Set(), queues: new Set() },
      model,
      provider,
      usage: null,
      firstTokenMs: null,
      tokens: 0,
      text: '',
    };
    this.#runs.set(id, run);
    return run;
  }

  #openModel(
    llm: unknown,
    runId: string,
    parentRunId: string | undefined,
    extraParams: Fields,
    metadata: Fields = {},
    runName: string | undefined,
  ) {
    const invocation = fieldsOf(fieldsOf(extraParams).invocation_params);
    const name = nameOf(llm, runName, 'Model');
    const { model, model_name, modelName } = invocation;
    const asked = firstText(metadata.ls_model_name, model, model_name, modelName) ?? nameOf(llm, null, name);
    const provider = firstText(metadata.ls_provider, invocation._type) ?? 'unknown';
    const run = this.#open(runId, parentRunId, name, asked, provider);
    return { run, invocation, params: ourParams(invocation, metadata) };
  }

  #start(run: OpenRun, fields: EventFields, tags: Names | string, metadata: Fields): Heard {
    const given = Array.isArray(tags) ? [...tags] : [];
    return this.#tell(run, fields, { tags: given, metadata: { ...toPlain(metadata) } });
  }

  /** The last event of a run. For a root it settles once a handler in the background has had it. */
  #end(runId: string, fields: (run: OpenRun) => object): Heard {
    const run = this.#runs.get(runId);
    if (run === undefined) return;
    this.#runs.delete(runId);
    const heard = this.#tell(run, { durationMs: since(run), ...fields(run) } as unknown as EventFields);
    const { queues } = run.tree;
    if (run.parent !== undefined || queues.size === 0) return heard;
    const { handler } = this.#subscription;
    return Promise.resolve(heard).then(() => BackgroundQueue.of(handler).drained);
  }

  /** Of a run that was heard to start. */
  #tellOf(runId: string, fields: EventFields): Heard {
    const run = this.#runs.get(runId);
    return run === undefined ? undefined : this.#tell(run, fields);
  }

  #tell(run: OpenRun, fields: EventFields, origin = {}): Heard {
    const lineage = { id: run.id, within: run.within, scoped: [], muted: [] };
    const targets = targetsFor(fields.type, [this.#subscription], lineage);
    if (targets.length === 0) return;
    const { id: runId, parentId: parentRunId, name } = run;
    const { type, ...own } = fields;
    const event = { type, runId, parentRunId, name, time: Date.now(), ...origin, ...own };
    return dispatch(targets, Object.freeze(event) as ChainEvent, run.tree);
  }
}

/** Since its start, in milliseconds, to the microsecond. */
function since(run: OpenRun): number {
  return Math.round((now() - run.started) * 1000) / 1000;
}

function count(run: OpenRun, usage: Usage): void {
  for (let above: OpenRun | undefined = run; above !== undefined; above = above.parent)
    above.usage = addUsage(above.usage, usage);
}

/** What it is called; else the last part of its path. */
function nameOf(serialized: unknown, runName: unknown, otherwise: string): string {
  const { id, name } = fieldsOf(serialized);
  return firstText(runName, name, Array.isArray(id) ? id.at(-1) : null) ?? otherwise;
}

/** LangChain.js tells of an object as JSON. */
function toolInput(input: unknown): unknown {
  if (typeof input !== 'string' || !input.startsWith('{')) return ourValue(input);
  try {
    return JSON.parse(input);
  } catch {
    return input;
  }
}

/** Not one that LangChain.js has made up. */
function responseId(...ids: readonly unknown[]): string | null {
  return firstText(...ids.filter((id) => typeof id === 'string' && !/^(?:lc_)?run-/.test(id)));
}

async function costOf({ provider }: OpenRun, model: string, usage: Usage): Promise<number | null> {
  if (usage.totalTokens === null) return null;
  const { priceOf } = await import('../../tokens/prices.js');
  return priceOf(PROVIDERS[provider] ?? provider, model, usage).catch(() => null);
}

/** What LangChain.js calls providers that the list of prices calls otherwise. */
const PROVIDERS: Readonly<Record<string, string>> = {
  amazon_bedrock: 'aws',
  google_genai: 'google',
  google_vertexai: 'google',
  mistralai: 'mistral',
};
