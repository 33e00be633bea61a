import { eventMethods, notFunctions } from '../callbacks/event-methods.js';
import { CallbackManager } from '../callbacks/manager.js';
import { ChainError, toErrorRecord } from '../errors.js';
import { BaseCallbackHandler, type CallbackHandler } from '../events.js';
import { importModule, isOf } from './import-module.js';

/**
 * The handlers that a module exports: objects and classes with methods such as `onLLMEnd`, and lists of them.
 * `promptchain`, required or imported in it, is the running copy.
 * @param generation another number than before: the modules are loaded anew, with the modules that they import by their paths
 * @throws ChainError `invalid_callback`
 */
export async function loadCallbacks(
  modules: readonly string[],
  generation?: number,
): Promise<CallbackHandler[]> {
  const handlers: CallbackHandler[] = [];
  for (const path of modules) handlers.push(...(await loadModule(path, generation)));
  return handlers;
}

async function loadModule(path: string, generation: number | undefined): Promise<CallbackHandler[]> {
  if (path === '') throw new ChainError('invalid_argument', '--callback names no module');
  let exports: Record<string, unknown>;
  try {
    exports = await importModule(path, generation);
  } catch (cause) {
    // Node tells where only as it dies of it.
    const unparsable = cause instanceof SyntaxError && !/\bexport named\b/.test(cause.message);
    throw new ChainError('invalid_callback', `--callback ${path}: ${whyNotLoaded(cause, path)}`, {
      cause,
      ...(unparsable && { hint: `Where? node --check ${path}` }),
      ...(isUnhooked(cause) && {
        hint: 'Node 20.6 and later import the running copy; require finds it in any.',
      }),
    });
  }
  try {
    return handlersIn(exports);
  } catch (cause) {
    const { hint } = cause instanceof ChainError ? cause : {};
    throw new ChainError('invalid_callback', `--callback ${path}: ${firstLine(cause)}`, {
      cause,
      ...(hint !== undefined && { hint }),
    });
  }
}

function handlersIn(exports: Readonly<Record<string, unknown>>): CallbackHandler[] {
  const values = [...new Set(Object.values(exports).flat())];
  const objects = values.filter(hears);
  // A class that is exported for its types beside its instance isn't a second handler.
  const classes = values.filter(
    (value): value is HandlerClass => isClass(value) && !objects.some((object) => object instanceof value),
  );
  const made = classes.map(make).filter(hears);
  const found = [...objects, ...made] as CallbackHandler[];
  if (found.length === 0) {
    throw new ChainError('invalid_callback', 'none of its exports is a callback handler', {
      hint: 'Export an object or a class with methods such as onLLMNewToken or onEvent.',
    });
  }
  CallbackManager.subscribe(found);
  return found;
}

type HandlerClass = new () => unknown;

/** A handler's class: one with event methods, or made to have them. Other classes are never called. */
function isClass(value: unknown): value is HandlerClass {
  if (typeof value !== 'function' || typeof value.prototype !== 'object') return false;
  const { prototype } = value;
  if (prototype instanceof BaseCallbackHandler) return true;
  const { heard, mistyped, unknown } = eventMethods(prototype);
  return heard.length + mistyped.length + unknown.length > 0;
}

function make(Handler: HandlerClass): unknown {
  try {
    return new Handler();
  } catch (cause) {
    throw new ChainError('invalid_callback', `${Handler.name} can't be made: ${firstLine(cause)}`, { cause });
  }
}

/** Whether it has a method for an event; a method that is almost named like one is a mistake worth telling. */
function hears(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { heard, mistyped, unknown } = eventMethods(value);
  const wrong = heard.length > 0 ? mistyped : [...mistyped, ...unknown];
  if (wrong.length > 0) throw new ChainError('invalid_callback', `no event method ${wrong.join(', ')}`);
  const idle = notFunctions(value, heard);
  if (idle.length > 0) throw new ChainError('invalid_callback', `no function: ${idle.join(', ')}`);
  return heard.length > 0;
}

function whyNotLoaded(cause: unknown, path: string): string {
  const { code, url: missing } = Object(cause) as NodeJS.ErrnoException & { readonly url?: string };
  if (code === 'ERR_MODULE_NOT_FOUND' && isOf(path, missing)) return 'no such file';
  if (code === 'ERR_UNSUPPORTED_DIR_IMPORT') return 'a folder, not a file';
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION') {
    return `Node ${process.versions.node} does not load TypeScript; Node 22.18 and later do`;
  }
  return firstLine(cause);
}

/** Whether a module imports this package where Node has no hook for that. */
function isUnhooked(cause: unknown): boolean {
  return toErrorRecord(cause).message.startsWith("Cannot find package 'promptchain'");
}

/** Of whatever was thrown. */
function firstLine(cause: unknown): string {
  return toErrorRecord(cause).message.split('\n')[0]!;
}
