import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EVENT_TABLE, EVENT_TYPES } from '../../src/events.js';
import { node } from '../support/npm.js';
import { readPage } from './console-blocks.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const events = readFileSync(join(root, 'docs/events.md'), 'utf8');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'chain-types-'));
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
  symlinkSync(root, join(folder, 'node_modules/promptchain'), 'dir');
  symlinkSync(join(root, 'node_modules/@types/node'), join(folder, 'node_modules/@types/node'), 'dir');
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the compiler says of files. */
function compile(name: string, files: Readonly<Record<string, string>>, options: object = {}): string {
  mkdirSync(join(folder, name));
  for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, name, file), content);
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    target: 'es2022',
    lib: ['es2023'],
    module: 'nodenext',
    types: [],
    ...options,
  };
  writeFileSync(
    join(folder, name, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: Object.keys(files) }),
  );
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  return node([tsc, '-p', name, '--pretty', 'false'], { cwd: folder }).stdout;
}

/** The programs that pages show, in one language. */
function programs(ending: string, ...pages: readonly string[]): Record<string, string> {
  const shown = pages.flatMap((page) => readPage(page, readFileSync(join(root, page), 'utf8')).files);
  const files = shown.filter(({ name }) => name.endsWith(ending));
  expect(files.length).toBeGreaterThan(0);
  return Object.fromEntries(files.map(({ name, content }) => [name, content]));
}

it('programs in TypeScript compile, as strict as can be', () => {
  const files = programs('.ts', 'docs/events.md', 'docs/lesson.md');
  expect(compile('typescript', files, { noUncheckedIndexedAccess: true })).toBe('');
});

it('programs in JavaScript pass strict checks, but for parameters without a type', () => {
  const files = programs('.mjs', 'README.md', 'docs/cli.md', 'docs/events.md', 'docs/library.md');
  expect(compile('javascript', files, { checkJs: true, noImplicitAny: false })).toBe('');
});

it('the table of events names the method and the type of each', () => {
  const rows = [...events.matchAll(/^\| `(\w+)`(?: \(\w+\))? \| `(on\w+)` \| `(\w+)` \| .+ \|$/gm)];
  expect(rows.map(([, type, method]) => [type, method])).toEqual(
    EVENT_TYPES.map((type) => [type, EVENT_TABLE[type].method]),
  );
  const types = rows.map(([, , , name]) => name);
  const same = rows.map(([, type, , name]) => `check<Same<${name}, EventOf<'${type}'>>>();`);
  const program = `import type { EventOf, ${types.join(', ')} } from 'promptchain';
type Same<A, B> = [A, B] extends [B, A] ? true : false;
const check = <T extends true>(): T | undefined => undefined;
${same.join('\n')}
`;
  expect(compile('table', { 'table.ts': program })).toBe('');
});
