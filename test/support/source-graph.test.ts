import { expect, it } from 'vitest';
import { findCycles, type Import, loadedWith, packageOf, readImports } from './source-graph.js';

it.each<[string, string, Import[]]>([
  ['a sibling', "import { a } from './a.js';", [{ target: 'x/a.ts', kind: 'static' }]],
  ['a folder above', "import { a } from '../a.js';", [{ target: 'a.ts', kind: 'static' }]],
  ['a type', "import type { A } from './a.js';", [{ target: 'x/a.ts', kind: 'type' }]],
  ['an export', "export * from './a.js';", [{ target: 'x/a.ts', kind: 'static' }]],
  ['no name', "import './a.js';", [{ target: 'x/a.ts', kind: 'static' }]],
  ['several lines', "import {\n  a,\n  b,\n} from 'yaml';", [{ target: 'yaml', kind: 'static' }]],
  ['a call', "  await import('ora');", [{ target: 'ora', kind: 'dynamic' }]],
  [
    'two',
    'import a from "a";\nimport b from "b";',
    [
      { target: 'a', kind: 'static' },
      { target: 'b', kind: 'static' },
    ],
  ],
  ['a comment', "/** import a from 'a'; */\n// import b from 'b'", []],
  ['a declaration', "export const from = 'a';\nexport const b = 'b';", []],
])('reads the imports of %s', (_, source, expected) => {
  expect(readImports('x/file.ts', source)).toEqual(expected);
});

const graph = new Map<string, Import[]>([
  ['a.ts', [{ target: 'b.ts', kind: 'static' }]],
  [
    'b.ts',
    [
      { target: 'a.ts', kind: 'type' },
      { target: 'c.ts', kind: 'dynamic' },
      { target: 'p', kind: 'static' },
    ],
  ],
  ['c.ts', [{ target: 'b.ts', kind: 'static' }]],
]);

it('finds a cycle once, and none of types', () => {
  expect(findCycles(graph)).toEqual(['b.ts > c.ts > b.ts']);
});

it('knows what is loaded with a file', () => {
  expect([...loadedWith(graph, 'a.ts')]).toEqual(['a.ts', 'b.ts', 'p']);
});

it.each([
  ['openai/client', 'openai'],
  ['@scope/name/deep', '@scope/name'],
  ['node:fs', null],
  ['models/model.ts', null],
  ['../schemas/event.schema.json', null],
])('tells the package of %s', (target, expected) => {
  expect(packageOf(target)).toBe(expected);
});
