import { expect, test } from 'vitest';
import { Headers as Ours } from '../../src/models/headers.js';

/** What the openai package does with headers must not tell ours from Node's. */
test.each([
  ['Node’s', Headers],
  ['ours', Ours],
])('%s', (_, Kind) => {
  const headers = new Kind([['X-One', '1']] as [string, string][]);
  headers.append('x-one', '2');
  headers.set('Accept', 'a');
  headers.set('ACCEPT', 'b');
  headers.append('Gone', 'x');
  headers.delete('gone');
  expect(headers.get('X-ONE')).toBe('1, 2');
  expect(headers.get('gone')).toBe(null);
  expect(headers.has('accept')).toBe(true);
  expect(headers.has('gone')).toBe(false);
  const expected = [
    ['accept', 'b'],
    ['x-one', '1, 2'],
  ];
  expect([...headers].sort()).toEqual(expected);
  expect([...headers.entries()].sort()).toEqual(expected);
});
