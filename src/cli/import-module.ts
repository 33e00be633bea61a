import * as nodeModule from 'node:module';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Imports a module of the user's. `promptchain`, required or imported in it, is the running copy; but Node before 20.6
 * imports only what is installed.
 * @param generation another number than before: it is loaded anew, with the modules that it imports by their paths, but
 *   not what is loaded with `require`. Node forgets no module, so each time takes some memory
 */
export async function importModule(path: string, generation?: number): Promise<Record<string, unknown>> {
  hookResolution();
  const { href } = pathToFileURL(resolve(path));
  if (generation === undefined) return import(href);
  forget(path);
  return import(`${href}?chain-run=${generation}`);
}

/** For a CommonJS module. What it requires can't be forgotten likewise: Node 24 then gives empty modules. */
function forget(path: string): void {
  const require = createRequire(import.meta.url);
  try {
    delete require.cache[require.resolve(resolve(path))];
  } catch {
    // To import it will say what is wrong.
  }
}

/** Whether a URL is that of a module, of whatever generation. */
export function isOf(path: string, url: string | undefined): boolean {
  return url?.replace(IN_URL, '') === pathToFileURL(resolve(path)).href;
}

const IN_URL = /\?chain-run=\d+$/;

interface Resolved {
  readonly url: string;
}
interface ResolveContext {
  readonly parentURL?: string | undefined;
  /** `require` is among them for what isn't imported. */
  readonly conditions?: readonly string[];
}
type Next = (specifier: string, context: ResolveContext) => Resolved;
type Resolve = (specifier: string, context: ResolveContext, next: Next) => Resolved;
type RegisterHooks = (hooks: { resolve: Resolve }) => void;

let hooked = false;

function hookResolution(): void {
  if (hooked) return;
  hooked = true;
  const require = createRequire(import.meta.url);
  const paths = ['promptchain', 'promptchain/testing'].map((name) => [name, require.resolve(name)] as const);
  // Beside each module stands what it re-exports.
  hookRequire(new Map(paths.map(([name, path]) => [name, path.replace(/\.js$/, '.cjs')])), require);
  const own = Object.fromEntries(paths.map(([name, path]) => [name, pathToFileURL(path).href]));
  const { registerHooks } = nodeModule as { registerHooks?: RegisterHooks };
  if (registerHooks !== undefined) {
    registerHooks({
      resolve(specifier, context, next) {
        if (Object.hasOwn(own, specifier)) return { url: own[specifier]!, shortCircuit: true } as Resolved;
        return ofGeneration(next(specifier, context), context);
      },
    });
    return;
  }
  // Node before 22.15: hooks live in a thread of their own, so they are source text. Before 20.6 there are none.
  const source = `let own;
const ofGeneration = ${ofGeneration};
export function initialize(data) { own = data; }
export async function resolve(specifier, context, next) {
  if (Object.hasOwn(own, specifier)) return { url: own[specifier], shortCircuit: true };
  return ofGeneration(await next(specifier, context), context);
}`;
  const { register } = nodeModule as { register?: typeof nodeModule.register };
  register?.(`data:text/javascript,${encodeURIComponent(source)}`, { data: own });
}

/** For `require`, of which the hooks of Node before 22.15 hear nothing. */
function hookRequire(own: ReadonlyMap<string, string>, require: NodeJS.Require): void {
  const { Module } = nodeModule as unknown as { Module: { _load: Load } };
  const load = Module._load;
  Module._load = (name, ...rest) => {
    const path = own.get(name);
    return path === undefined ? load(name, ...rest) : require(path).all;
  };
}

type Load = (name: string, ...rest: unknown[]) => unknown;

/**
 * A file that is imported belongs to the generation of the module that imports it; packages belong to none. Refers to
 * nothing outside of itself, since its text is used, too.
 */
function ofGeneration(resolved: Resolved, { parentURL = '', conditions = [] }: ResolveContext): Resolved {
  const [generation] = /\?chain-run=\d+$/.exec(parentURL) ?? [];
  const { url } = resolved;
  const isRequired = conditions.includes('require');
  if (generation === undefined || isRequired || !/^file:(?!.*\/node_modules\/)[^?#]+$/.test(url))
    return resolved;
  return { ...resolved, url: url + generation };
}
