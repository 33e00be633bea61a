import { isAbsolute } from 'node:path';

/** The file, or its URL, whose code calls a function, asked from inside it; `undefined` where that can't be told. */
export function callerOf(called: (...given: never) => unknown): string | undefined {
  const holder: { stack?: unknown } = {};
  const { prepareStackTrace } = Error;
  try {
    Error.prepareStackTrace = (_, sites) => sites.map((site) => site.getFileName());
    Error.captureStackTrace(holder, called);
    const files = holder.stack as readonly unknown[];
    return files.find((file): file is string => typeof file === 'string' && isFile(file));
  } catch {
    return undefined;
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
}

function isFile(name: string): boolean {
  return name.startsWith('file:') || isAbsolute(name);
}
