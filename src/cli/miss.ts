import { wantsColor } from '../callbacks/color.js';
import { ChainError } from '../errors.js';
import { cleanControls } from '../safety/clean.js';
import type { NotRecordedError } from '../trace/not-recorded.js';
import type { Io } from './io.js';
import { diffPaint } from './trace/diff-paint.js';

/** How a request that isn't in a recording differs from the nearest one, for stderr; nothing for any other error. */
export function renderMiss(
  error: unknown,
  { color }: { readonly color?: boolean },
  { stderr, env }: Io,
): string {
  if (!isMiss(error)) return '';
  const paint = diffPaint(color !== false && wantsColor(stderr, env));
  return error.renderDifference((change, text) => {
    const shown = cleanControls(text);
    return change === 'same' ? shown : paint[change](shown);
  });
}

/** By its code: its class is loaded only with a recording. */
function isMiss(error: unknown): error is NotRecordedError {
  return error instanceof ChainError && error.code === 'not_recorded' && 'renderDifference' in error;
}
