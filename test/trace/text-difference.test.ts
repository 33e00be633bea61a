import { expect, test } from 'vitest';
import { markPart } from '../../src/trace/not-recorded.js';
import { abridge, textDifference } from '../../src/trace/text-difference.js';

const show = async (before: string, after: string, shorten = false) => {
  const parts = await textDifference(before, after);
  return (shorten ? abridge(parts) : parts).map(({ kind, text }) => markPart(kind, text)).join('');
};

test.each([
  ['the same', 'the same', 'the same'],
  ['', 'new', '{+new+}'],
  ['old', '', '[-old-]'],
  ['Which flowers go best?', 'Which roses grow best?', 'Which [-flowers go-]{+roses grow+} best?'],
  ['a b', 'a x b', 'a {+x +}b'],
  ['a\nb', 'a\nc', 'a\n[-b-]{+c+}'],
  ['买三朵玫瑰', '买五朵玫瑰', '买[-三-]{+五+}朵玫瑰'],
  ['a  b', 'a b', 'a[-  -]{+ +}b'],
])('%j to %j', async (before, after, expected) => {
  expect(await show(before, after)).toBe(expected);
});

test('both texts can be read off the parts', async () => {
  const before = 'The quick brown fox\njumps over the lazy dog, twice.';
  const after = 'A quick red fox  jumps\nover a dog twice, or thrice.';
  const parts = await textDifference(before, after);
  const without = (kind: string) => parts.flatMap((part) => (part.kind === kind ? [] : part.text)).join('');
  expect([without('added'), without('removed')]).toEqual([before, after]);
});

test('only the surroundings of a change are left, with no character cut in two', async () => {
  const long = '👋🏽'.repeat(30);
  expect(await show(`${long} a ${long} b ${long}`, `${long} x ${long} y ${long}`, true)).toMatch(
    /^….{0,40} \[-a-\]\{\+x\+\} .{0,40}….{0,40} \[-b-\]\{\+y\+\} .{0,40}…$/,
  );
  expect(await show(long.slice(1), '', true)).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])…/);
});

test('a long change is cut, too', async () => {
  const shown = await show('x'.repeat(10_000), 'y'.repeat(300), true);
  expect(shown).toBe(`[-${'x'.repeat(200)}…${'x'.repeat(200)}-]{+${'y'.repeat(300)}+}`);
});

test('texts with nothing in common are told as one for the other', async () => {
  const words = (letter: string) =>
    Array.from({ length: 3000 }, (_, index) => `${letter}${index}\n`).join('');
  expect((await textDifference(words('a'), words('b'))).map(({ kind }) => kind)).toEqual([
    'removed',
    'added',
  ]);
});
