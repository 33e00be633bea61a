import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as library from '../../src/index.js';
import * as testing from '../../src/testing.js';

const docs = new URL('../../docs/', import.meta.url);
const text = readdirSync(docs)
  .filter((name) => name.endsWith('.md'))
  .map((name) => readFileSync(new URL(name, docs), 'utf8'))
  .join('\n');

it('the docs have every value that a program can import', () => {
  const words = new Set(text.match(/\w+/g));
  expect(Object.keys({ ...library, ...testing }).filter((name) => !words.has(name))).toEqual([]);
});
