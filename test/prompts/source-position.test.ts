import { describe, expect, it } from 'vitest';
import { formatPosition, PositionCounter } from '../../src/prompts/source-position.js';

describe('PositionCounter', () => {
  it('counts lines from 1 and columns in code points', () => {
    const text = 'a😀b\n\n你c';
    const positions = new PositionCounter(text, { file: 'f.txt', line: 1, column: 1 });
    expect(
      ['a', '😀', 'b', '你', 'c'].map((character) => formatPosition(positions.at(text.indexOf(character)))),
    ).toEqual(['f.txt:1:1', 'f.txt:1:2', 'f.txt:1:3', 'f.txt:3:1', 'f.txt:3:2']);
    expect(formatPosition(positions.at(text.length))).toBe('f.txt:3:3');
  });

  it('begins where it is told', () => {
    const positions = new PositionCounter('ab\nc', { line: 4, column: 9 });
    expect([positions.at(1), positions.at(1), positions.at(3)]).toEqual([
      { line: 4, column: 10 },
      { line: 4, column: 10 },
      { line: 5, column: 1 },
    ]);
  });
});

describe('formatPosition', () => {
  it.each([
    [{ file: 'a b.txt', line: 2, column: 3 }, 'a b.txt:2:3'],
    [{ line: 2, column: 3 }, 'line 2, column 3'],
  ])('%j is %s', (position, text) => {
    expect(formatPosition(position)).toBe(text);
  });
});
