import { existsSync } from 'node:fs';
import { PLAIN_CLASSES } from './plain-classes.js';

type MessageClass = new (fields: object) => object;

/** What handlers are given objects of. */
export interface CoreClasses {
  readonly SystemMessage: MessageClass;
  readonly HumanMessage: MessageClass;
  readonly AIMessage: MessageClass;
  readonly AIMessageChunk: MessageClass;
  readonly ToolMessage: MessageClass;
  readonly GenerationChunk: MessageClass;
  readonly ChatGenerationChunk: MessageClass;
}

/**
 * The classes of the user's `@langchain/core`; plain ones of the same shape where it isn't installed. A handler that was
 * loaded by `require` gets those that `require` gives, which are others than those of `import`: it may ask `instanceof`.
 * @param from the file that would import them; where it can't, this package does, of which they are a peer
 */
export async function loadCore(handler: object, from = import.meta.url): Promise<CoreClasses> {
  const { createRequire } = await import('node:module');
  for (const place of [from, import.meta.url]) {
    const require = createRequire(place);
    const find = (name: string) => require.resolve(`@langchain/core/${name}`);
    let base: string;
    try {
      base = find('callbacks/base');
    } catch {
      continue;
    }
    const required = require.cache[base]?.exports.BaseCallbackHandler;
    const load =
      typeof required === 'function' && handler instanceof required
        ? (name: string) => require(name)
        : (name: string) => importTwin(find(name.replace('@langchain/core/', '')));
    const [messages, outputs] = await Promise.all(
      ['@langchain/core/messages', '@langchain/core/outputs'].map(load),
    );
    return { ...messages, ...outputs };
  }
  return PLAIN_CLASSES;
}

/** The ES module beside one of CommonJS, as `import` would find it from where that one was found. */
async function importTwin(path: string): Promise<Partial<CoreClasses>> {
  const twin = path.replace(/\.cjs$/, '.js');
  const { pathToFileURL } = await import('node:url');
  const { href } = pathToFileURL(existsSync(twin) ? twin : path);
  return import(/* @vite-ignore */ href);
}
