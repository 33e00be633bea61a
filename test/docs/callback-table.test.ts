import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { EVENT_TABLE } from '../../src/events.js';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const rows = [...read('docs/callbacks.md').matchAll(/^\| (`handle.+?) \|(.*?)\|.*\|$/gm)];
const named = (column: 1 | 2) => [
  ...new Set(
    rows.flatMap((row) => [...row[column]!.matchAll(/`((?:handle|on)\w+)`/g)].map(([, name]) => name)),
  ),
];

it('docs/callbacks.md has each method of this package', () => {
  const methods = Object.values(EVENT_TABLE).map(({ method }) => method);
  expect(named(2).sort()).toEqual(methods.sort());
});

it('docs/callbacks.md has each method of LangChain.js', () => {
  const declared = read('node_modules/@langchain/core/dist/callbacks/base.d.ts');
  const methods = [...new Set([...declared.matchAll(/^ {2}(handle\w+)\?\(/gm)].map(([, name]) => name))];
  expect(named(1).sort()).toEqual(methods.sort());
});
