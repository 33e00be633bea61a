import { ChainError } from '../errors.js';
import { loadTemplateFile, type TemplateFile } from '../prompts/load.js';
import { withHint } from './with-hint.js';

/**
 * A template that a person has named.
 * @throws ChainError as `loadTemplateFile`; of a file that isn't there it says what was probably meant
 */
export async function loadTemplate(...args: Parameters<typeof loadTemplateFile>): Promise<TemplateFile> {
  try {
    return await loadTemplateFile(...args);
  } catch (error) {
    if (!isMissing(error)) throw error;
    const { hintForTemplate } = await import('./slips.js');
    throw withHint(error, hintForTemplate(args[0]));
  }
}

/** Whether it is the error of a file that isn't there. */
export function isMissing(error: unknown): error is ChainError {
  const { cause } = Object(error) as { cause?: { code?: unknown } };
  return error instanceof ChainError && error.code === 'file_not_readable' && cause?.code === 'ENOENT';
}
