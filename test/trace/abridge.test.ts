import { expect, test } from 'vitest';
import { abridge } from '../../src/trace/abridge.js';
import { diffText } from '../../src/trace/diff-text.js';
import { markPart } from '../../src/trace/not-recorded.js';

const show = (before: string, after: string) =>
  abridge(diffText(before, after))
    .map(({ change, text }) => markPart(change, text))
    .join('');

test('only the surroundings of a change are left, with no character cut in two', () => {
  const long = '👋🏽'.repeat(30);
  expect(show(`${long} a ${long} b ${long}`, `${long} x ${long} y ${long}`)).toMatch(
    /^….{0,40} \[-a-\]\{\+x\+\} .{0,40}….{0,40} \[-b-\]\{\+y\+\} .{0,40}…$/,
  );
  expect(show(long.slice(1), '')).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])…/);
});

test('a long change is cut, too', () => {
  const shown = show('x'.repeat(10_000), 'y'.repeat(300));
  expect(shown).toBe(`[-${'x'.repeat(200)}…${'x'.repeat(200)}-]{+${'y'.repeat(300)}+}`);
});
