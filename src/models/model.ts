import { bindContext, type CallContext, currentContext } from '../callbacks/context.js';
import { resultOf, runSteps } from '../callbacks/lifecycle.js';
import { CallbackManager } from '../callbacks/manager.js';
import { type EventFields, Run, type RunnableFields, type RunOptions } from '../callbacks/run.js';
import { ChainError, toErrorRecord } from '../errors.js';
import type { LLMEndEvent, ServerAddress } from '../events.js';
import type {
  FinishReason,
  Message,
  ModelParams,
  ToolCall,
  ToolDefinition,
  Usage,
  UsageSum,
} from '../messages.js';
import type { Budget } from '../tokens/budget.js';
import { estimateUsage } from '../tokens/estimate.js';
import { loadPrices, type PriceList, type PriceOverrides } from '../tokens/prices.js';
import { addUsage, estimatedUsage, UNKNOWN_USAGE } from '../tokens/usage.js';
import { Answer } from './answer.js';
import type { BudgetHold } from './budget-hold.js';
import type { Quote } from './budget-room.js';
import { type ModelInput, toPromptValue } from './input.js';

/** One piece of a model's answer, as it comes. */
export interface ModelChunk {
  /** Never the empty string. */
  readonly text?: string;
  /** Calls that are complete. */
  readonly toolCalls?: readonly ToolCall[];
  readonly finishReason?: FinishReason;
  /** The usage so far: the last one counts, they are never summed. */
  readonly usage?: Usage;
  /** The model as it names itself. */
  readonly model?: string;
  readonly responseId?: string;
  /** What the run takes, known for certain: nothing is counted or priced here. Holds for a failure after it, too. */
  readonly spent?: Spent;
}

/** Tokens and US dollars. `usage: null` is for a run that got no answer. */
export interface Spent {
  readonly usage: Usage | null;
  readonly cost: number | null;
}

/** What a provider is asked to answer. */
export interface ModelRequest {
  /** The prompt as messages: for chat models. */
  readonly messages: readonly Message[];
  /** The prompt as one text: for completion models. */
  readonly prompt: string;
  readonly params: ModelParams;
  readonly tools: readonly ToolDefinition[];
  readonly streaming: boolean;
  readonly signal: AbortSignal | undefined;
  /** What handlers want it to carry, such as `traceparent`; the provider's own headers win over them. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** To be awaited before a request is made again. */
  onRetry(retry: { attempt: number; delayMs: number; reason: string }): void | Promise<void>;
}

export interface ModelCallOptions extends RunOptions {
  /** For this request, over what the model was made with. */
  readonly params?: ModelParams | undefined;
  readonly tools?: readonly ToolDefinition[] | undefined;
  readonly streaming?: boolean | undefined;
}

/** A model's whole answer: what its end event says, and the id of its run. */
export interface ModelResult extends Omit<LLMEndEvent, 'type' | 'parentRunId' | 'name' | 'time'> {}

/** What {@link Model.generate} gives: a list of alternatives (one, today) for each prompt, in the order of the prompts. */
export interface GenerateResult {
  readonly generations: readonly (readonly ModelResult[])[];
  readonly llmOutput: { readonly tokenUsage: UsageSum | null };
}

export interface ModelFields extends RunnableFields, ModelParams {
  /** Ask for a stream and emit its tokens. Default true. */
  readonly streaming?: boolean | undefined;
  /** Dollars per million tokens by model; they win over the list that ships. */
  readonly prices?: PriceOverrides | undefined;
}

/**
 * The contract of a model, and all that models have in common: runs, events, tokens, usage and cost.
 * A provider says what it is called and answers a request.
 */
export abstract class Model {
  /** The model's own name, such as `gpt-5-mini`. */
  abstract readonly model: string;
  abstract readonly provider: string;
  /** A chat model's start carries messages, a completion model's one text. */
  abstract readonly kind: 'chat' | 'completion';
  readonly params: ModelParams;
  readonly streaming: boolean;
  readonly #object: RunnableFields;
  readonly #prices: PriceOverrides | undefined;
  #priceList: Promise<PriceList> | undefined;
  readonly #serverLimits = { mostTokens: Number.POSITIVE_INFINITY };

  /** @throws ChainError `invalid_callback` for callbacks that are none */
  constructor(fields: ModelFields = {}) {
    CallbackManager.subscribe(fields.callbacks);
    this.params = paramsOf(fields);
    this.streaming = fields.streaming ?? true;
    this.#object = fields;
    this.#prices = fields.prices;
  }

  /** The name of its runs. To be written out by every class: a bundler may rename classes. */
  abstract readonly name: string;

  /**
   * Answers one request: an array is what came at once, such as the events of one network read.
   * Ends only when the answer is whole, and throws otherwise. Must stop when its signal aborts or its consumer leaves.
   */
  protected abstract answer(request: ModelRequest): AsyncIterable<readonly ModelChunk[]>;

  /**
   * Who answers a request: itself, unless it stands in for other models. The run is then called what that one is, and
   * its events tell that one's model and provider; who hears them, and budgets, stay this model's.
   *
   * @param unlimited the same request without a budget's limit
   */
  protected answererOf(_request: ModelRequest, _unlimited: ModelRequest): Model {
    return this;
  }

  /** Where requests go, for the price list and for handlers. */
  protected get baseUrl(): string | undefined {
    return undefined;
  }

  /** @throws ChainError `no_model` where it is known beforehand that it has no answer */
  assertCanAnswer(_messages: readonly Message[]): void {}

  /**
   * The whole answer.
   * @throws ChainError with the provider's reason; code `aborted` when the signal aborts
   */
  async invoke(input: ModelInput, options: ModelCallOptions = {}): Promise<ModelResult> {
    return resultOf(this.#run(input, options, currentContext(), false));
  }

  /** The answer as it comes. Nothing is requested before the first `next()`; leaving the loop aborts the request. */
  stream(input: ModelInput, options: ModelCallOptions = {}): AsyncGenerator<ModelChunk, ModelResult, void> {
    const context = currentContext();
    return bindContext(context, this.#run(input, options, context, true));
  }

  /**
   * Many prompts at once: one run each.
   * @throws ChainError `invalid_argument` for what is no list; the first failure, in the order of the prompts, once all have ended
   */
  async generate(
    inputs: readonly ModelInput[],
    options: ModelCallOptions & { readonly maxConcurrency?: number } = {},
  ): Promise<GenerateResult> {
    if (!Array.isArray(inputs)) throw new ChainError('invalid_argument', 'generate takes a list of prompts');
    const { maxConcurrency = Number.POSITIVE_INFINITY, ...request } = options;
    const context = currentContext();
    const { default: pLimit } = await import('p-limit');
    const limit = pLimit(maxConcurrency);
    const settled = await Promise.allSettled(
      inputs.map((input) => limit(() => resultOf(this.#run(input, request, context, false)))),
    );
    let tokenUsage: UsageSum | null = null;
    const generations = settled.map((outcome) => {
      if (outcome.status === 'rejected') throw outcome.reason;
      tokenUsage = addUsage(tokenUsage, outcome.value.usage);
      return [outcome.value];
    });
    return { generations, llmOutput: { tokenUsage } };
  }

  /** The tokens that a prompt will take, counted here; nothing is called. */
  estimateInput(input: ModelInput, tools: readonly ToolDefinition[] = []): Promise<Usage> {
    return this.#estimate({ ...toPromptValue(input), tools }, NO_ANSWER);
  }

  /** Tokens of a run whose server reported none. */
  #estimate(
    request: Pick<ModelRequest, 'messages' | 'prompt' | 'tools'>,
    { text, toolCalls }: Pick<ModelResult, 'text' | 'toolCalls'>,
  ): Promise<Usage> {
    const input = this.kind === 'chat' ? request.messages : request.prompt;
    return estimateUsage(this.model, input, text, request.tools, toolCalls);
  }

  /** In US dollars; `null` where no price is known. */
  async cost(model: string, usage: Usage): Promise<number | null> {
    return (await this.#loadPrices()).cost(model, usage);
  }

  /** What is known of a call before it is made; nothing is called. */
  async quote(input: ModelInput, tools: readonly ToolDefinition[] = []): Promise<Quote> {
    const { model } = this;
    const inputTokens = (await this.estimateInput(input, tools)).inputTokens ?? 0;
    const costs = [0, MILLION].map((tokens) => this.cost(model, estimatedUsage(inputTokens, tokens)));
    // Nothing is charged for the offline model, which has no price all the same.
    const [least, most] = this.provider === 'offline' ? [0, 0] : await Promise.all(costs);
    const isPriced = typeof least === 'number' && typeof most === 'number';
    return {
      model,
      inputTokens,
      price: isPriced ? { input: least, outputToken: (most - least) / MILLION } : null,
      contextWindow: (await this.#loadPrices()).contextWindow(model),
    };
  }

  /** By the name in the answer, else by the one that was asked for; a user's own price by either name comes first. */
  async #price(answered: string, usage: Usage): Promise<number | null> {
    const own = this.#prices ?? {};
    const names = [answered, this.model].sort(
      (a, b) => Number(Object.hasOwn(own, b)) - Number(Object.hasOwn(own, a)),
    );
    return (await this.cost(names[0]!, usage)) ?? this.cost(names[1]!, usage);
  }

  #loadPrices(): Promise<PriceList> {
    const { baseUrl } = this;
    this.#priceList ??= loadPrices(this.provider, {
      ...(baseUrl !== undefined && { baseUrl }),
      ...(this.#prices !== undefined && { overrides: this.#prices }),
    });
    return this.#priceList;
  }

  /** @throws ChainError where budgets don't let the call be made */
  async #hold(
    budgets: readonly Budget[],
    { messages, prompt, params, tools }: ModelRequest,
  ): Promise<BudgetHold> {
    const { BudgetHold } = await import('./budget-hold.js');
    const quote = await this.quote({ messages, text: prompt }, tools);
    return BudgetHold.take(budgets, quote, params, this.#serverLimits);
  }

  async *#run(
    input: ModelInput,
    options: ModelCallOptions,
    context: CallContext | null,
    eachChunk: boolean,
  ): AsyncGenerator<ModelChunk, ModelResult, void> {
    const run = new Run(this.name, this.#object, options, context);
    const streaming = options.streaming ?? this.streaming;
    let request: ModelRequest = {
      ...toPromptValue(input),
      params: { ...this.params, ...paramsOf(options.params ?? {}) },
      tools: options.tools ?? [],
      streaming,
      signal: run.signal,
      onRetry: (retry) => run.emit({ type: 'retry', ...retry }),
    };
    const unlimited = request;
    const answer = new Answer();
    let hold: BudgetHold | undefined;
    let refusal: unknown;
    if (run.budgets.length > 0) {
      try {
        hold = await this.#hold(run.budgets, request);
        request = { ...request, params: hold.params };
      } catch (error) {
        // The run has to start before it can fail.
        refusal = error;
      }
    }
    const self = refusal === undefined ? this.answererOf(request, unlimited) : this;
    run.name = self.name;

    return yield* runSteps<ModelChunk, ModelResult>(run, {
      start: () => self.#startEvent(request),

      async *body() {
        if (refusal !== undefined) throw refusal;
        const headers = run.requestHeaders(() => serverAt(self.baseUrl));
        if (headers !== undefined) request = { ...request, headers };
        let index = 0;
        const ask = (asked: ModelRequest) => self.answer(asked);
        for await (const batch of hold?.ask(request, ask) ?? ask(request)) {
          for (const chunk of batch) {
            answer.take(chunk, run);
            run.signal?.throwIfAborted();
            if (chunk.text !== undefined && streaming) {
              const heard = run.emit({ type: 'llmNewToken', token: chunk.text, index: index++ });
              if (heard !== undefined) await heard;
            }
            if (eachChunk) yield chunk;
            hold?.watch(chunk, answer);
          }
        }
        // Before tokens are counted here, which takes a while the first time.
        const { durationMs } = run;
        const usage = answer.spent?.usage ?? answer.usage ?? (await self.#estimate(request, answer));
        const model = answer.model ?? self.model;
        const cost = answer.spent === null ? await self.#price(model, usage) : answer.spent.cost;
        hold?.conclude(answer, usage, cost);
        return {
          text: answer.text,
          message: answer.message,
          toolCalls: answer.toolCalls,
          finishReason: answer.finishReason,
          usage,
          cost,
          model,
          responseId: answer.responseId,
          firstTokenMs: answer.firstTokenMs,
          durationMs,
          runId: run.id,
        };
      },

      end: ({ runId: _, ...result }) => {
        run.countUsage(result.usage);
        return { type: 'llmEnd', ...result };
      },

      error: async (error) => {
        const { usage, cost } =
          answer.spent ?? (answer.began ? await self.#spent(request, answer) : NOTHING_SPENT);
        if (usage !== null) run.countUsage(usage);
        hold?.settle(answer, usage, cost);
        const { durationMs } = run;
        const model = answer.model ?? self.model;
        const { text } = answer;
        return { type: 'llmError', error: toErrorRecord(error), model, text, usage, cost, durationMs };
      },
    });
  }

  #startEvent(request: ModelRequest): EventFields {
    const { model, provider } = this;
    const { params, messages, prompt, tools } = request;
    return this.kind === 'chat'
      ? { type: 'chatModelStart', model, provider, params, messages, tools }
      : { type: 'llmStart', model, provider, params, prompt };
  }

  /**
   * What a run that didn't end well has cost all the same. A usage that came before the answer was whole says too
   * little, so it is counted here.
   */
  async #spent(request: ModelRequest, answer: Answer): Promise<Spent> {
    const reported = answer.finishReason === null ? null : answer.usage;
    const usage = reported ?? (await this.#estimate(request, answer).catch(() => UNKNOWN_USAGE));
    return { usage, cost: await this.#price(answer.model ?? this.model, usage).catch(() => null) };
  }
}

function serverAt(baseUrl: string | undefined): ServerAddress | undefined {
  if (baseUrl === undefined || !URL.canParse(baseUrl)) return undefined;
  const { hostname, port, protocol } = new URL(baseUrl);
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  return address === '' ? undefined : { address, port: Number(port) || (protocol === 'https:' ? 443 : 80) };
}

const MILLION = 1e6;
const NO_ANSWER = { text: '', toolCalls: [] };
const NOTHING_SPENT: Spent = { usage: null, cost: null };

const PARAMS = [
  'temperature',
  'topP',
  'maxTokens',
  'stop',
  'seed',
  'responseFormat',
  'reasoningEffort',
  'extraBody',
] as const satisfies readonly (keyof ModelParams)[];

/** The parameters among other fields; what is undefined is left out. */
function paramsOf(fields: ModelParams): ModelParams {
  return Object.fromEntries(
    PARAMS.filter((name) => fields[name] !== undefined).map((name) => [name, fields[name]]),
  );
}
