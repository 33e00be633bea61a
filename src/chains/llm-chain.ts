import type { Run, RunnableFields, RunOptions } from '../callbacks/run.js';
import type { Model, ModelResult } from '../models/model.js';
import type { Prompt } from '../prompts/prompt.js';
import { Chain, type ChainInputs, type ChainResult } from './chain.js';
import { assertNone, faultOfModel, faultOfPrompt } from './faults.js';
import { textOf } from './text-of.js';

export interface LLMChainFields extends RunnableFields {
  readonly llm: Model;
  readonly prompt: Prompt;
}

export interface LLMChainResult extends ChainResult {
  readonly outputs: { readonly text: string };
  readonly text: string;
  /** The model's whole answer. */
  readonly llm: ModelResult;
}

/** A prompt template and a model: formats the one, asks the other. */
export class LLMChain extends Chain<LLMChainResult> {
  override readonly name = 'LLMChain';
  readonly llm: Model;
  readonly prompt: Prompt;

  /** @throws ChainError `invalid_argument` where the model or the prompt is none */
  constructor(fields: LLMChainFields) {
    super(fields);
    assertNone([faultOfModel(fields?.llm), faultOfPrompt(fields?.prompt)], 'LLMChain');
    this.llm = fields.llm;
    this.prompt = fields.prompt;
  }

  /** The text of the answer. */
  async run(inputs: ChainInputs = {}, options: RunOptions = {}): Promise<string> {
    return (await this.invoke(inputs, options)).text;
  }

  protected override async *execute(
    inputs: ChainInputs,
    run: Run,
    streaming: boolean,
  ): AsyncGenerator<string, Omit<LLMChainResult, 'usage' | 'runId'>, void> {
    const prompt = this.prompt.formatPrompt(inputs);
    const heard = run.emit({ type: 'text', text: prompt.text, kind: 'prompt' });
    if (heard !== undefined) await heard;
    const options = { parent: run };
    const llm = streaming
      ? yield* textOf(this.llm.stream(prompt, options))
      : await this.llm.invoke(prompt, options);
    return { outputs: { text: llm.text }, text: llm.text, llm };
  }
}
