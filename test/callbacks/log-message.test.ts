import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { renderMessage, serializeRecord } from '../../src/callbacks/log-message.js';

const cause = Object.assign(new Error('no route'), { stack: 'Error: no route\n    at b.js:2' });
const error = Object.assign(new TypeError('it broke', { cause }), {
  stack: 'TypeError: it broke\n    at a.js:1',
});
const hostile = {
  [inspect.custom](): string {
    throw new Error('no');
  },
};
const cycle: { self?: unknown } = {};
cycle.self = cycle;

test.each<[string, unknown[], boolean, string]>([
  ['texts', ['a', 'b'], false, 'a b'],
  ['values', ['n', 1, null, undefined, 2n, { a: ['x'] }], false, "n 1 null undefined 2n { a: [ 'x' ] }"],
  ['an error', ['failed:', error], false, 'failed: TypeError: it broke'],
  [
    'its stack',
    [error],
    true,
    'TypeError: it broke\n    at a.js:1\ncaused by: Error: no route\n    at b.js:2',
  ],
  ['a cycle', [cycle], false, '<ref *1> { self: [Circular *1] }'],
  ['what throws', [hostile], false, '[could not be shown: no]'],
])('%s', (_, parts, stacks, expected) => {
  expect(renderMessage(parts, stacks)).toBe(expected);
});

const record = { level: 'info', time: 5, message: 'hello', extra: [] as unknown[] };

test.each<[string, object, object]>([
  ['alone', {}, {}],
  ['in a run', { runId: 'r1' }, { runId: 'r1' }],
  ['more', { extra: ['b', { c: 1 }, 2n, undefined] }, { extra: ['b', { c: 1 }, '2n', 'undefined'] }],
  [
    'an error',
    { message: error },
    {
      message: 'TypeError: it broke',
      error: { name: 'TypeError', message: 'it broke', stack: expect.any(String) },
    },
  ],
])('as JSON: %s', (_, given, expected) => {
  const line = serializeRecord({ ...record, ...given });
  expect(line).not.toContain('\n');
  expect(JSON.parse(line)).toEqual({
    type: 'log',
    time: 5,
    level: 'info',
    runId: null,
    message: 'hello',
    ...expected,
  });
});
