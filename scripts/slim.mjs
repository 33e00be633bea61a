import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const headers = JSON.stringify(fileURLToPath(new URL('../src/models/headers.ts', import.meta.url)));

/** What is taken out of packages, or put off, because every start would pay for it: file, what is there, what instead. */
const EDITS = [
  // The client's methods for each endpoint, two thirds of its code: its `post` and `get` are all that is called.
  [/openai[\\/]client\.mjs$/, /^ *this\.\w+ = new API\.\w+\(this\);$/gm, ''],
  [/openai[\\/]client\.mjs$/, /^OpenAI\.[A-Z]\w+ = [A-Z]\w+;$/gm, ''],
  [/openai[\\/]client\.mjs$/, /^import .* from "\.\/resources\/.*";$/gm, ''],
  // What is sent is text. To ask whether it is one of Node's own streams would load them.
  [/openai[\\/]client\.mjs$/, /\bglobalThis\.ReadableStream\b/g, 'undefined'],
  // Node's own headers are loaded at their first use, and fetch with them.
  [/openai[\\/]internal[\\/]headers\.mjs$/, /^/, `import { Headers } from ${headers};`],
  // What its log would say of each request is put together even where there is no log.
  [
    /openai[\\/]internal[\\/]utils[\\/]log\.mjs$/,
    /^export const formatRequestDetails = .*$/m,
    '$& return details;',
  ],
  // Checks what tools give by schemas of their own, with all of ajv for it: it is told to a model as it is.
  [
    /sdk[\\/]dist[\\/]esm[\\/]client[\\/]index\.js$/,
    /^import \{ AjvJsonSchemaValidator \} from .*$/m,
    'const AjvJsonSchemaValidator = Object;',
  ],
  // Whether there are colours is never its guess, for which it loads what Node knows of terminals.
  [/chalk[\\/]source[\\/]index\.js$/, /^import supportsColor from '#supports-color';$/m, ''],
  [
    /chalk[\\/]source[\\/]index\.js$/,
    /^const \{stdout: stdoutColor, stderr: stderrColor\} = supportsColor;$/m,
    'const stdoutColor = { level: 1 }, stderrColor = stdoutColor;',
  ],
  // For subcommands that are programs of their own.
  [/commander[\\/]lib[\\/]command\.js$/, /^const childProcess = (require\('node:child_process'\));$/m, ''],
  [/commander[\\/]lib[\\/]command\.js$/, /\bchildProcess\.spawn/g, "require('node:child_process').spawn"],
];

/** An esbuild plugin. Fails the build where a package no longer has what is to be taken out. */
export const slim = {
  name: 'slim',
  setup({ onResolve, onLoad }) {
    for (const filter of new Set(EDITS.map(([file]) => file))) {
      onLoad({ filter }, ({ path }) => ({ contents: edited(path), loader: 'js' }));
    }
    // To import it as a module makes Node look up every property of it, some of which are slow to come.
    onResolve({ filter: /^node:process$/ }, ({ path }) => ({ path, namespace: 'slim' }));
    onLoad({ filter: /^node:process$/, namespace: 'slim' }, () => ({
      contents: 'module.exports = process;',
    }));
  },
};

function edited(path) {
  let code = readFileSync(path, 'utf8');
  for (const [file, from, to] of EDITS) {
    if (!file.test(path)) continue;
    const less = code.replace(from, to);
    if (less === code) throw new Error(`${path} has changed: nothing in it is ${from}`);
    code = less;
  }
  return code;
}
