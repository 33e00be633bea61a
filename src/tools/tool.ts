import { unlessAborted } from '../callbacks/abort.js';
import { currentContext, runInContext } from '../callbacks/context.js';
import { resultOf, runSteps } from '../callbacks/lifecycle.js';
import { CallbackManager } from '../callbacks/manager.js';
import { toPlain } from '../callbacks/plain.js';
import { Run, type RunnableFields, type RunOptions } from '../callbacks/run.js';
import { ChainError, toError, toErrorRecord } from '../errors.js';
import type { ToolCall, ToolDefinition } from '../messages.js';
import { type InputSchema, inputSchema, type JsonSchema, type StandardSchema } from './tool-schema.js';

/** What a tool's function is given besides its input. */
export interface ToolContext {
  /** Aborts with the run, and when the tool's time is up. */
  readonly signal: AbortSignal;
  readonly runId: string;
}

export interface ToolFields<Input, Output, Schema = StandardSchema<Input> | JsonSchema>
  extends RunnableFields {
  /** As models call it: letters, digits, `_` and `-`, 64 at most. */
  readonly name: string;
  /** Tells models what it does, and when to call it. */
  readonly description: string;
  /** Of the input: a zod schema (4.2 or later), any other Standard Schema that gives a JSON Schema, or a JSON Schema. */
  readonly schema: Schema;
  /** Whether a person should be asked before it runs, where one can be. Default true. */
  readonly needsApproval?: boolean | undefined;
  /** How long it may take, in milliseconds; `Infinity` for no limit. Default 60,000. */
  readonly timeoutMs?: number | undefined;
  run(input: Input, context: ToolContext): Output | Promise<Output>;
}

export interface ToolCallOptions extends RunOptions {
  /** The call of a model that this run answers. */
  readonly toolCallId?: string | undefined;
}

/** How a model's call went: what it is told, either way. */
export type ToolOutcome<Output> = { readonly output: Output } | { readonly error: Error };

/** What a model may call. Its input is checked against its schema before anything runs. */
export class Tool<Input = unknown, Output = unknown> {
  readonly name: string;
  readonly description: string;
  readonly needsApproval: boolean;
  readonly #fields: ToolFields<Input, Output>;
  readonly #schema: InputSchema;

  /** @throws ChainError `invalid_argument` naming all that is wrong with the fields */
  constructor(fields: ToolFields<Input, Output>) {
    CallbackManager.subscribe(fields.callbacks);
    const { name, description, timeoutMs = TIMEOUT_MS } = fields;
    const wrong = [
      ...(NAME.test(name) ? [] : ['its name is 1 to 64 letters, digits, _ and -']),
      ...(typeof description === 'string' ? [] : ['its description is a text']),
      ...(typeof fields.run === 'function' ? [] : ['run is its function']),
      ...(timeoutMs > 0 ? [] : ['timeoutMs is a number of milliseconds above 0']),
    ];
    if (wrong.length > 0) throw new ChainError('invalid_argument', `tool ${name}: ${wrong.join('; ')}`);
    this.name = name;
    this.description = description;
    this.needsApproval = fields.needsApproval ?? true;
    this.#fields = fields;
    this.#schema = inputSchema(fields.schema);
  }

  /** What a model is told of it. */
  get definition(): ToolDefinition {
    const { name, description } = this;
    return { name, description, parameters: this.#schema.parameters };
  }

  /** The same tool, around whose function another one stands. */
  wrapped(
    around: (input: Input, run: () => Promise<Output>) => Promise<Output>,
    fields: Pick<ToolFields<Input, Output>, 'needsApproval'> = {},
  ): Tool<Input, Output> {
    const { run } = this.#fields;
    return new Tool({
      ...this.#fields,
      ...fields,
      run: (input, context) => around(input, async () => run(input, context)),
    });
  }

  /**
   * Runs it on an input.
   * @throws ChainError `invalid_tool_input`, and nothing has run; `timeout`; `aborted`; what its function throws
   */
  async invoke(input: unknown, options: ToolCallOptions = {}): Promise<Output> {
    return this.#run(
      input,
      () => this.#check(input),
      options,
      currentContext(),
      () => {},
    );
  }

  /**
   * Runs it as a model asked for it. What goes wrong in the tool, from arguments that were cut short to what its function
   * throws, is an outcome, for the model to be told.
   * @throws ChainError `aborted`; what a `raiseError` handler throws
   */
  async call(asked: ToolCall, options: RunOptions = {}): Promise<ToolOutcome<Output>> {
    const { input, error: notJson } = readCall(asked);
    const check = () => {
      if (notJson !== undefined) throw notJson;
      return this.#check(input);
    };
    let failure: unknown;
    const failed = (error: unknown) => {
      failure = error;
    };
    try {
      const call = { ...options, toolCallId: asked.id };
      return { output: await this.#run(input, check, call, currentContext(), failed) };
    } catch (error) {
      if (failure === undefined || error !== failure) throw error;
      return { error: toError(error) };
    }
  }

  async #check(input: unknown): Promise<Input> {
    return (await this.#schema.check(input)) as Input;
  }

  #run(
    input: unknown,
    check: () => Promise<Input>,
    { toolCallId, ...options }: ToolCallOptions,
    context: ReturnType<typeof currentContext>,
    failed: (error: unknown) => void,
  ): Promise<Output> {
    const run = new Run(this.name, this.#fields, options, context);
    return resultOf(
      runSteps<never, Output>(run, {
        start: () => ({ type: 'toolStart', input, toolCallId: toolCallId ?? null }),
        body: async () => {
          try {
            return await this.#perform(await check(), run);
          } catch (error) {
            if (!run.signal?.aborted) failed(error);
            throw error;
          }
        },
        end: (output) => ({ type: 'toolEnd', output, durationMs: run.durationMs }),
        error: (error) => ({ type: 'toolError', error: toErrorRecord(error), durationMs: run.durationMs }),
      }),
    );
  }

  /** The runs that its function starts are children of its own. */
  async #perform(input: Input, run: Run): Promise<Output> {
    const { timeoutMs = TIMEOUT_MS } = this.#fields;
    const controller = new AbortController();
    const { signal } = controller;
    const follow = () => controller.abort(run.signal?.reason);
    run.signal?.addEventListener('abort', follow, { once: true });
    const timer =
      timeoutMs <= LONGEST_TIMER_MS
        ? setTimeout(() => controller.abort(this.#timeUp(timeoutMs)), timeoutMs)
        : undefined;
    const inside = { scoped: run.scoped, parent: run, muted: run.muted, runId: run.id, within: run.within };
    const perform = async () => this.#fields.run(input, { signal, runId: run.id });
    try {
      return await unlessAborted(runInContext(inside, perform), signal);
    } finally {
      clearTimeout(timer);
      run.signal?.removeEventListener('abort', follow);
    }
  }

  #timeUp(ms: number): ChainError {
    return new ChainError('timeout', `the tool ${this.name} took longer than ${ms} ms`);
  }
}

type InputOf<Schema> =
  Schema extends StandardSchema<infer Output> ? Output : Readonly<Record<string, unknown>>;

/** A tool of a function and the schema of its input, from which the function's types follow. */
export function tool<const Schema extends StandardSchema | JsonSchema, Output>(
  fields: ToolFields<InputOf<Schema>, Output, Schema>,
): Tool<InputOf<Schema>, Output> {
  return new Tool(fields as ToolFields<InputOf<Schema>, Output>);
}

/**
 * What a model calls a tool with; its own words, and an error, where they are no JSON. Models that call a tool without
 * parameters may leave the text empty.
 */
export function readCall({ arguments: text }: ToolCall): {
  readonly input: unknown;
  readonly error?: ChainError;
} {
  if (text.trim() === '') return { input: {} };
  try {
    return { input: JSON.parse(text) };
  } catch (cause) {
    const error = new ChainError('invalid_tool_input', 'the arguments are not whole JSON', { cause });
    return { input: text, error };
  }
}

/** What a model is told that a tool gave. */
export function outputText(output: unknown): string {
  if (typeof output === 'string') return output;
  return output === undefined ? '' : JSON.stringify(toPlain(output));
}

const NAME = /^[\w-]{1,64}$/;
const TIMEOUT_MS = 60_000;
/** The longest that `setTimeout` can wait. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
