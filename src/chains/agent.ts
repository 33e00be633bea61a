import type { Run, RunnableFields, RunOptions } from '../callbacks/run.js';
import { ChainError } from '../errors.js';
import type { Message, ToolCall, ToolDefinition } from '../messages.js';
import type { Model, ModelResult } from '../models/model.js';
import { didYouMean } from '../nearest-name.js';
import type { Prompt } from '../prompts/prompt.js';
import { outputText, readCall, type Tool } from '../tools/tool.js';
import { Chain, type ChainInputs, type ChainResult } from './chain.js';
import { assertNone, faultOfModel, faultOfPrompt } from './faults.js';
import { textOf } from './text-of.js';

/** A call of a tool that may be declined. */
export interface ToolRequest {
  readonly tool: Tool;
  readonly call: ToolCall;
}

export interface AgentChainFields extends RunnableFields {
  readonly llm: Model;
  readonly prompt: Prompt;
  readonly tools: readonly Tool[];
  /** How often the model may be asked. Default 25. Tokens and money: `budget`. */
  readonly maxRounds?: number | undefined;
  /** The most characters of a tool's output that the model is told. Default 50,000. */
  readonly maxOutputLength?: number | undefined;
  /**
   * Asked before a tool runs that needs it, for one call at a time. Where it says no, the model is told so.
   * Default: every call is made.
   */
  readonly approve?: ((request: ToolRequest) => boolean | Promise<boolean>) | undefined;
}

export interface AgentResult extends ChainResult {
  readonly outputs: { readonly text: string };
  readonly text: string;
  /** The model's last answer. */
  readonly llm: ModelResult;
  /** All that was said: the prompt, the model's calls, what the tools gave, and the answer. */
  readonly messages: readonly Message[];
  /** How often the model was asked. */
  readonly rounds: number;
}

/**
 * A model that calls tools until it answers. Each call of the model and of a tool is a run under this one; the calls of
 * one answer run side by side.
 */
export class AgentChain extends Chain<AgentResult> {
  override readonly name = 'AgentChain';
  readonly llm: Model;
  readonly prompt: Prompt;
  readonly #fields: AgentChainFields;
  readonly #tools: ReadonlyMap<string, Tool>;

  /** @throws ChainError `invalid_argument` where the model, the prompt or the tools are none */
  constructor(fields: AgentChainFields) {
    super(fields);
    const { llm, prompt, tools, maxRounds = MOST_ROUNDS } = fields ?? {};
    const names = Array.isArray(tools) ? tools.map((tool) => tool?.name) : [];
    const twice = names.find((name, index) => names.indexOf(name) < index);
    const faults = [
      faultOfModel(llm),
      faultOfPrompt(prompt),
      Array.isArray(tools) && tools.every((tool) => typeof tool?.call === 'function')
        ? undefined
        : 'tools must be a list of tools, such as tool({ … })',
      twice === undefined ? undefined : `two tools are called ${twice}`,
      maxRounds >= 1 ? undefined : 'maxRounds must be 1 or more',
    ];
    assertNone(faults, 'AgentChain');
    this.llm = llm;
    this.prompt = prompt;
    this.#fields = fields;
    this.#tools = new Map(tools.map((tool) => [tool.name, tool]));
  }

  /** What the model is told of its tools. */
  get definitions(): readonly ToolDefinition[] {
    return [...this.#tools.values()].map(({ definition }) => definition);
  }

  /** The text of the answer. */
  async run(inputs: ChainInputs = {}, options: RunOptions = {}): Promise<string> {
    return (await this.invoke(inputs, options)).text;
  }

  protected override async *execute(
    inputs: ChainInputs,
    run: Run,
    streaming: boolean,
  ): AsyncGenerator<string, Omit<AgentResult, 'usage' | 'runId'>, void> {
    const { maxRounds = MOST_ROUNDS } = this.#fields;
    const asked = this.prompt.formatPrompt(inputs);
    const heard = run.emit({ type: 'text', text: asked.text, kind: 'prompt' });
    if (heard !== undefined) await heard;
    const options = { parent: run, tools: this.definitions };
    const messages: Message[] = [...asked.messages];
    for (let rounds = 1; rounds <= maxRounds; rounds++) {
      const llm = streaming
        ? yield* textOf(this.llm.stream(messages, options))
        : await this.llm.invoke(messages, options);
      messages.push(llm.message);
      if (llm.toolCalls.length === 0) {
        await run.emit({ type: 'agentFinish', output: llm.text, log: llm.text });
        return { outputs: { text: llm.text }, text: llm.text, llm, messages, rounds };
      }
      messages.push(...(await this.#callAll(llm, run)));
    }
    throw new ChainError(
      'limit_reached',
      `the model still called tools when it had been asked ${maxRounds} times`,
    );
  }

  /** What the tools gave, in the order of the calls. All have ended when one of them fails the agent. */
  async #callAll({ toolCalls, text: log }: ModelResult, run: Run): Promise<readonly Message[]> {
    const declined: (string | undefined)[] = [];
    for (const call of toolCalls) {
      await run.emit({ type: 'agentAction', tool: call.name, input: readCall(call).input, log });
      declined.push(await this.#decline(call));
    }
    const going = toolCalls.map((call, index) => this.#answer(call, declined[index], run));
    await Promise.allSettled(going);
    return Promise.all(going);
  }

  /** Why a call isn't made; `undefined` where it is. */
  async #decline(call: ToolCall): Promise<string | undefined> {
    const tool = this.#tools.get(call.name);
    if (tool === undefined) {
      const names = [...this.#tools.keys()];
      return `Error: there is no tool ${call.name}${didYouMean(call.name, names)}. Tools are ${names.join(', ')}.`;
    }
    const { approve } = this.#fields;
    if (approve === undefined || !tool.needsApproval || (await approve({ tool, call }))) return undefined;
    return 'Error: the user did not allow this call.';
  }

  async #answer(call: ToolCall, declined: string | undefined, run: Run): Promise<Message> {
    return { role: 'tool', content: declined ?? (await this.#call(call, run)), toolCallId: call.id };
  }

  async #call(call: ToolCall, run: Run): Promise<string> {
    const outcome = await this.#tools.get(call.name)!.call(call, { parent: run });
    return this.#shortened(
      'error' in outcome ? `Error: ${outcome.error.message}` : outputText(outcome.output),
    );
  }

  #shortened(text: string): string {
    const { maxOutputLength = MOST_OUTPUT } = this.#fields;
    const over = text.length - maxOutputLength;
    return over <= 0 ? text : `${text.slice(0, maxOutputLength)}\n[${over} more characters are left out]`;
  }
}

const MOST_ROUNDS = 25;
const MOST_OUTPUT = 50_000;
