import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runBundled } from '../support/run-bundled.js';
import { afterFile } from '../support/teardown.js';

const NO_HANDLER =
  'none of its exports is a callback handler\n       Export an object or a class with methods such as onLLMNewToken or onEvent.';
const where = (file: string) => `\n       Where? node --check ${file}`;

/** Modules, by what they are; the name's ending says how Node reads them. */
const MODULES: readonly (readonly [what: string, file: string, content: string | null, why: string])[] = [
  ['a file that is not there', 'nope.mjs', null, 'no such file'],
  ['a folder', 'folder', null, 'a folder, not a file'],
  ['nothing at all', 'empty.mjs', '', NO_HANDLER],
  ['half a module', 'half.mjs', '\nexport const h = {', `Unexpected end of input${where('half.mjs')}`],
  ['half a CommonJS module', 'half.cjs', 'module.exports = {', `Unexpected end of input${where('half.cjs')}`],
  ['a program', 'elf.mjs', '\x7fELF\x02', `Invalid or unexpected token${where('elf.mjs')}`],
  [
    'a name that promptchain does not have',
    'name.mjs',
    "import { Nope } from 'promptchain';",
    "The requested module 'promptchain' does not provide an export named 'Nope'",
  ],
  [
    'a module that imports one that is not there',
    'import.mjs',
    "import './away.mjs';",
    "Cannot find module 'away.mjs' imported from import.mjs",
  ],
  [
    'a package that is not there',
    'package.mjs',
    "import 'no-such-package';",
    "Cannot find package 'no-such-package' imported from package.mjs",
  ],
  ['what fails as it loads', 'throws.mjs', 'throw new Error("no\\nway");', 'no'],
  ['what throws null', 'null.mjs', 'throw null;', 'null'],
  ['what throws a text', 'text.mjs', "throw 'no way';", 'no way'],
  [
    'what throws something without a text',
    'bare.mjs',
    'throw Object.create(null);',
    'a value that has no text was thrown',
  ],
  [
    'what throws something that throws',
    'nested.mjs',
    'throw { toString() { throw 1; } };',
    'a value that has no text was thrown',
  ],
  ['other exports', 'other.mjs', 'export const x = 1; export const f = () => {};', NO_HANDLER],
  ['null for a handler', 'default.mjs', 'export default null;', NO_HANDLER],
  ['an empty list', 'list.mjs', 'export default [];', NO_HANDLER],
  [
    'an object with a prototype’s names',
    'proto.mjs',
    'export default { constructor: 1, toString: 2 };',
    NO_HANDLER,
  ],
  [
    'a mistyped method',
    'typo.mjs',
    'export const h = { onLLMNewTokn() {}, onLLMEnd() {}, onClick() {} };',
    'no event method onLLMNewTokn (did you mean "onLLMNewToken"?)',
  ],
  [
    'a method of LangChain.js',
    'langchain.mjs',
    'export const h = { handleLLMEnd() {} };',
    'no event method handleLLMEnd (did you mean "onLLMEnd"?)',
  ],
  [
    'a class with a method of Python',
    'python.mjs',
    'export class H { on_llm_end() {} }',
    'no event method on_llm_end (did you mean "onLLMEnd"?)',
  ],
  [
    'methods of something else',
    'button.mjs',
    'export class Button { onClick() {} }',
    'no event method onClick',
  ],
  [
    'a method that is a text',
    'string.mjs',
    "export const h = { onEvent: 'x', onLLMEnd() {} };",
    'no function: onEvent',
  ],
  [
    'methods that are numbers',
    'number.mjs',
    'export const h = { onLLMEnd: 3, onLLMError: null };',
    'no function: onLLMEnd, onLLMError',
  ],
  [
    'a method that can’t be read',
    'getter.mjs',
    'export const h = { get onLLMEnd() { throw new Error("private"); } };',
    'private',
  ],
  [
    'an object that can’t be looked at',
    'proxy.mjs',
    'export const h = new Proxy({}, { ownKeys() { throw new Error("closed"); } });',
    'closed',
  ],
  [
    'a class that can’t be made',
    'class.mjs',
    'export class H { onEvent() {} constructor() { throw new Error("no key"); } }',
    "H can't be made: no key",
  ],
  [
    'a class that throws null',
    'void.mjs',
    'export class H { onEvent() {} constructor() { throw null; } }',
    "H can't be made: null",
  ],
  [
    'what can’t be both',
    'both.mjs',
    'export const h = { background: true, raiseError: true, onEvent() {} };',
    'a callback handler cannot be both background and raiseError: nobody waits for its errors',
  ],
  [
    'a time that is none',
    'time.mjs',
    "export const h = { handlerTimeoutMs: 'soon', onEvent() {} };",
    "a callback handler's handlerTimeoutMs is a number of milliseconds above 0",
  ],
  [
    'a time before now',
    'past.mjs',
    'export const h = { handlerTimeoutMs: -1, onEvent() {} };',
    "a callback handler's handlerTimeoutMs is a number of milliseconds above 0",
  ],
];

/** Loads each as the command does; Node itself has to, and one process is enough for all. */
const PROGRAM = `
import { exitCodeOf, renderError } from '../src/cli/exit.js';
import { loadCallbacks } from '../src/cli/load-callbacks.js';
process.chdir(FOLDER);
const said = {};
for (const file of FILES) {
  try {
    await loadCallbacks([file]);
    said[file] = 'loaded';
  } catch (error) {
    said[file] = [exitCodeOf(error), renderError(error, false)];
  }
}
console.log(JSON.stringify(said));
`;

let said: Readonly<Record<string, unknown>>;
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'chain-callbacks-'));
  afterFile(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'folder'));
  for (const [, file, content] of MODULES) if (content !== null) writeFileSync(join(folder, file), content);
  const outcome = await runBundled(PROGRAM, [], {
    FOLDER: JSON.stringify(folder),
    FILES: JSON.stringify(MODULES.map(([, file]) => file)),
    // Where the running copy is looked for.
    'import.meta.url': JSON.stringify(new URL('../../src/cli/import-module.ts', import.meta.url).href),
  });
  if (outcome.code !== 0) throw new Error(outcome.stderr);
  said = JSON.parse(outcome.stdout.replaceAll(`${folder}/`, ''));
});

describe('--callback refuses', () => {
  it.each(MODULES)('%s', (_, file, __, why) => {
    expect(said[file]).toEqual([2, `chain: --callback ${file}: ${why}\n`]);
  });
});
