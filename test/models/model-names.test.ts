import { expect, test } from 'vitest';
import { modelsHint } from '../../src/models/model-names.js';

const list = (...ids: readonly unknown[]) => ({ data: ids.map((id) => ({ id })) });

test.each([
  ['the nearest first', list('llama3', 'gpt-4o', 'gpt-5'), 'Its models: gpt-5, gpt-4o, llama3.'],
  ["Google's own prefix aside", list('gpt-99', 'models/gpt-6'), 'Its models: models/gpt-6, gpt-99.'],
  [
    'ten at most',
    list(...Array.from({ length: 13 }, (_, n) => `gpt-${n}`)),
    'Its models: gpt-6, gpt-0, gpt-1, gpt-2, gpt-3, gpt-4, gpt-5, gpt-7, gpt-8, gpt-9 and 3 more.',
  ],
  ['what has no name left out', list('a', 1, '', null), 'Its models: a.'],
  ['none', list(), 'The server has no models yet.'],
  ['no list', { models: [] }, undefined],
  ['nothing', null, undefined],
])('%s', (_, answer, hint) => {
  expect(modelsHint('gpt-6', answer)).toBe(hint);
});
