import { ChainError } from '../../src/errors.js';

/** The error that `action` must throw, as a record that tests compare whole. */
export async function caught(
  action: () => unknown,
): Promise<{ readonly code: string; readonly message: string; readonly hint: string | undefined }> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof ChainError)) throw error;
    const { code, message, hint } = error;
    return { code, message, hint };
  }
  throw new Error('nothing was thrown');
}
