import { inspect } from 'node:util';
import type { LogInfo } from './winston.js';

/** What a record says, as text. @param stacks shows where errors come from */
export function renderMessage(parts: readonly unknown[], stacks: boolean): string {
  return parts.map((part) => renderPart(part, stacks)).join(' ');
}

/** A record as one line of JSON, `{ type: 'log', time, level, runId, message, extra, error }`. Never throws. */
export function serializeRecord({ level, time, runId = null, message, extra }: LogInfo): string {
  const rest = extra as readonly unknown[];
  const record = { type: 'log', time, level, runId, message: renderPart(message, false) };
  const error = [message, ...rest].find((part) => part instanceof Error);
  return JSON.stringify({
    ...record,
    ...(rest.length > 0 && { extra: rest.map(toPlainPart) }),
    ...(error !== undefined && {
      error: { name: error.name, message: error.message, stack: traceOf(error) },
    }),
  });
}

function renderPart(part: unknown, stacks: boolean): string {
  try {
    if (typeof part === 'string') return part;
    if (part instanceof Error) return stacks ? traceOf(part) : `${part.name}: ${part.message}`;
    return inspect(part, { breakLength: Number.POSITIVE_INFINITY });
  } catch (error) {
    return `[could not be shown: ${error instanceof Error ? error.message : 'unknown reason'}]`;
  }
}

/** The stacks of an error and of what caused it. */
function traceOf(error: Error): string {
  const stacks: string[] = [];
  let cause: unknown = error;
  while (cause instanceof Error && stacks.length < MAX_CAUSES) {
    stacks.push(cause.stack ?? `${cause.name}: ${cause.message}`);
    cause = cause.cause;
  }
  return stacks.join('\ncaused by: ');
}

const MAX_CAUSES = 8;

/** A value as JSON gives it back; what JSON can't hold, as text. */
function toPlainPart(part: unknown): unknown {
  if (part instanceof Error) return renderPart(part, false);
  try {
    return JSON.parse(JSON.stringify(part)) as unknown;
  } catch {
    return renderPart(part, false);
  }
}
