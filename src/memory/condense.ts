import { resultOf, runSteps } from '../callbacks/lifecycle.js';
import { Run, type RunOptions } from '../callbacks/run.js';
import { MEMORY_TAG } from '../callbacks/token-counter.js';
import { ChainError, toErrorRecord } from '../errors.js';
import { messagesToText, type UsageSum } from '../messages.js';
import type { Model, ModelResult } from '../models/model.js';
import type { Prompt, PromptValue } from '../prompts/prompt.js';

export interface ToCondense {
  /** The summary so far; `''` for none. */
  readonly summary: string;
  /** What came since, as `Human: …` and `AI: …` lines. */
  readonly lines: string;
}

/**
 * Has a model work new lines into a summary: a chain run of the memory's name, with the model's run as its child.
 *
 * @throws what the model throws, and ChainError `invalid_response` for a summary without a word, which would lose
 *   everything
 */
export async function condense(
  name: string,
  llm: Model,
  given: ToCondense,
  call: RunOptions = {},
  prompt: Pick<Prompt, 'formatPrompt'> = DEFAULT_PROMPT,
): Promise<{ readonly summary: string; readonly usage: UsageSum | null }> {
  const inputs = { summary: given.summary, new_lines: given.lines };
  const run = new Run(name, {}, { ...call, tags: [...(call.tags ?? []), MEMORY_TAG] });
  const { text } = await resultOf(
    runSteps<never, ModelResult>(run, {
      start: () => ({ type: 'chainStart', inputs }),
      async body() {
        const value = prompt.formatPrompt(inputs);
        const text = llm.kind === 'chat' ? messagesToText(value.messages) : value.text;
        const heard = run.emit({ type: 'text', text, kind: 'prompt' });
        if (heard !== undefined) await heard;
        const answer = await llm.invoke(value, { parent: run }).catch((error: unknown) => {
          throw ofMemory(name, error);
        });
        if (answer.text.trim() !== '') return answer;
        throw new ChainError('invalid_response', `${name}: the model's summary is empty`);
      },
      end: (answer) => ({
        type: 'chainEnd',
        outputs: { summary: answer.text.trim() },
        usage: run.usage,
        durationMs: run.durationMs,
      }),
      error: (error) => ({
        type: 'chainError',
        error: toErrorRecord(error),
        usage: run.usage,
        durationMs: run.durationMs,
      }),
    }),
  );
  return { summary: text.trim(), usage: run.usage };
}

/** The same error, which says that it was the memory's: the answer itself may have come. */
function ofMemory(name: string, error: unknown): unknown {
  if (!(error instanceof ChainError) || error.code === 'aborted') return error;
  const { code, message, hint } = error;
  return new ChainError(code, `${name}: ${message}`, { cause: error, ...(hint !== undefined && { hint }) });
}

const INSTRUCTION =
  'Summarize the conversation below, in the language it is held in: work its new lines into the summary so far. ' +
  'Keep every name, date, number, preference and open question; be brief otherwise. Answer with the new summary only.';

/** For chat models an instruction and what it is about, for completion models one text. */
const DEFAULT_PROMPT: Pick<Prompt, 'formatPrompt'> = {
  formatPrompt({ summary, new_lines: lines }): PromptValue {
    const sofar = summary === '' ? '' : `Summary so far: ${summary}\n\n`;
    const content = `${sofar}${lines}\n\nNew summary:`;
    return {
      messages: [
        { role: 'system', content: INSTRUCTION },
        { role: 'user', content },
      ],
      text: `${INSTRUCTION}\n\n${content}`,
    };
  },
};
