import { describe, expect, it } from 'vitest';
import { splitPieces } from '../../../src/models/offline/pieces.js';

describe('a text in pieces', () => {
  it.each([
    ['', []],
    ['3', ['3']],
    ['1 + 2 = 3', ['1', ' +', ' 2', ' =', ' 3']],
    ['你好，世界！Hello world', ['你好', '，', '世界', '！', 'Hello', ' world']],
    ['  lead\n\n trail  ', ['  lead', '\n\n trail', '  ']],
    ['👨‍👩‍👧 family', ['👨‍👩‍👧', ' family']],
    ['e\u0301t\u00e9', ['e\u0301t\u00e9']],
    ['\ud800x', ['\ud800', 'x']],
    ['a'.repeat(20), ['a'.repeat(16), 'aaaa']],
  ])('%j', (text, pieces) => {
    expect(splitPieces(text)).toEqual(pieces);
  });

  it.each(['a', ' ', '好', '.', '"', '\u0301', 'a 好'])('a million of %j joins again', (part) => {
    const text = part.repeat(1_000_000 / part.length);
    expect(splitPieces(text).join('') === text).toBe(true);
  });
});
