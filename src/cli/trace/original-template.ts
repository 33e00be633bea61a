import { stat } from 'node:fs/promises';
import { ChainError } from '../../errors.js';
import { loadTemplateFile, type TemplateFile } from '../../prompts/load.js';
import type { PromptValue } from '../../prompts/prompt.js';
import { type Mask, maskTexts } from '../../trace/asked-request.js';
import type { RepeatableRun } from '../../trace/repeatable-run.js';
import { templateOf } from '../../trace/trace-run.js';

/** The template that a run was made from, or why it can't be made from it again. */
export type OriginalTemplate =
  | { readonly template: TemplateFile; readonly inputs: Readonly<Record<string, unknown>> }
  | { readonly template: null; readonly why: string; readonly hasChanged: boolean };

/**
 * The template file that a recorded run names, if with the recorded inputs it still gives the recorded prompt.
 * A trace may be anybody's: of a file that gives another prompt nothing is used.
 */
export async function originalTemplate(run: RepeatableRun, mask: Mask): Promise<OriginalTemplate> {
  const { start } = run.original;
  const file = templateOf(run.original);
  if (file === null || start?.type !== 'chainStart') return without('the record names no template');
  if (file === '--prompt' || file === 'standard input') {
    return without(`it was made from ${file}, which is not in the record`);
  }
  const { inputs } = start;
  try {
    const there = await stat(file).catch(() => undefined);
    // Whatever else it may be, reading it could wait for ever.
    if (there !== undefined && !there.isFile()) return without(`${file} is no file`);
    const template = await loadTemplateFile(file);
    const isSame = said(template.prompt.formatPrompt(inputs), run, mask) === said(run.prompt, run, mask);
    return isSame
      ? { template, inputs }
      : without(`${file} does not give the recorded prompt: it has changed, or --system was given`, true);
  } catch (error) {
    if (!(error instanceof ChainError)) throw error;
    return without(error.message, error.code !== 'file_not_readable');
  }
}

function without(why: string, hasChanged = false): OriginalTemplate {
  return { template: null, why, hasChanged };
}

/** What the model was sent. */
function said({ messages, text }: PromptValue, { request }: RepeatableRun, mask: Mask): string {
  return JSON.stringify(maskTexts(request.kind === 'chat' ? messages : text, mask));
}
