import { basename } from 'node:path';
import { transform } from 'esbuild';

/** Beside the folder of the chunks, none of which can `import()` once its code is kept compiled. */
export const IMPORT = { file: 'import.cjs', text: 'exports.load=(url)=>import(url);\n' };

/**
 * Of chunks that only pass on what one other has, which one: esbuild makes them for what is imported lazily as well as
 * not, and each would be one more file to open.
 */
export function chunksPassedOn(outputFiles) {
  const found = outputFiles.map(({ path, text }) => {
    const [, names, other, exported] = ONLY_PASSED_ON.exec(text.replaceAll('\n', '')) ?? [];
    return names !== undefined && names === exported ? [basename(path), other] : [];
  });
  return new Map(found.filter(([name]) => name !== undefined));
}

/** As esbuild writes them, in lines of some length: made one by one, and copied. A literal takes V8 a tenth of the time. */
const EXPORTS = new RegExp(
  String.raw`var stdin_exports = \{\}; __export\( stdin_exports, \{([^{}]*)\} \); module \. exports = __toCommonJS\( stdin_exports \);`.replaceAll(
    ' ',
    String.raw`\s*`,
  ),
);
const EXPORT = /([\w$]+)\s*:\s*\(\)\s*=>\s*([\w$]+(?:\s*\.\s*[\w$]+)?)/g;

export function nameOfChunk(output) {
  return output.replace(/\.js$/, '.cjs');
}

const ONLY_PASSED_ON =
  /^(?:import"[^"]+";)*import\{([\w$,]+)\}from"\.\/([^"]+)";(?:import"[^"]+";)*export\{([\w$,]+)\};$/;

/**
 * Makes CommonJS of an ES module that esbuild has bundled: Node 20 takes a quarter of a bare start to get its loader of
 * ES modules ready, and longer for each file. What is imported lazily, and is known when it is built, is required as
 * lazily; `import()` of anything else, of modules that aren't ours, is left to {@link IMPORT}. What is all ASCII is read
 * and compiled sooner: esbuild leaves other characters only in regexes, which know them by their numbers as well.
 * @param imports those of the module, as esbuild's metafile has them
 * @param passedOn as {@link chunksPassedOn} has found them
 */
export async function toCommonJs(module, imports, passedOn) {
  const { code } = await transform(module, {
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    lineLimit: 160,
    define: { 'import.meta.url': '__filename' },
  });
  const lazy = imports.filter(({ kind }) => kind === 'dynamic-import').map(({ path }) => path);
  const isLazy = (path) => lazy.some((known) => known.endsWith(path.replace(/^\.+(?=\/)/, '')));
  const converted = code
    .replace(
      EXPORTS,
      (_, list) => `module.exports={__esModule:!0,${list.replace(EXPORT, 'get $1(){return $2}')}};`,
    )
    .replace(/\bimport\("([^"\n]+)"\)/g, (text, path) =>
      isLazy(path) ? `Promise.resolve().then(()=>require("${path}"))` : text,
    )
    .replace(/\bimport\((?!['"])/g, `require("../${IMPORT.file}").load(`)
    .replace(
      /\brequire\("\.\/([^"\n]+\.js)"\)/g,
      (_, name) => `require("./${nameOfChunk(passedOn.get(name) ?? name)}")`,
    )
    .replace(/[^\0-\x7f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const missed = /\b(?:import|require)\("\.\/[^"\n]*\.js"\)/.exec(converted);
  if (missed !== null) throw new Error(`esbuild writes otherwise than is known here: ${missed[0]} is left`);
  return converted;
}
