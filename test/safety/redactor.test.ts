import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/safety/redactor.js';

describe('createRedactor', () => {
  it('masks keys without being told of any', () => {
    expect(createRedactor()('it is sk-abcdefghij')).toBe('it is ***');
  });

  it.each<[what: string, patterns: readonly RegExp[], text: string, masked: string]>([
    ['every match', [/\d+/], 'a 12 b 345', 'a *** b ***'],
    ['with flags of its own', [/ann/i, /^b/m], 'Ann\nb', '***\n***'],
    ['sticky or global ones as any other', [/x/y, /y/g], 'ax y', 'a*** ***'],
    ['nothing where it matches nothing', [/\b|$/u], '👋 a', '👋 a'],
    ['what patterns share as one', [/abc/, /bcd/, /cde/], 'xabcdex', 'x***x'],
    ['what is side by side as two', [/ab/, /cd/], 'abcd', '******'],
    ['a key of which a pattern is a part', [/sk-/, /\d/], 'it is sk-abc1def2ghi3', 'it is ***'],
    ['what a key is a part of', [/Ann's key is \S+/], "Ann's key is sk-abcdefghij now", '*** now'],
  ])('masks %s', (_, patterns, text, masked) => {
    expect(createRedactor({ patterns })(text)).toBe(masked);
  });

  it('masks a known secret whole, whatever a pattern has of it', () => {
    expect(createRedactor({ secrets: ['geheim-1'], patterns: [/heim/] })('mein geheim-1!')).toBe('mein ***!');
  });

  it('leaves a pattern as it was given', () => {
    const pattern = /a/g;
    pattern.lastIndex = 3;
    createRedactor({ patterns: [pattern] })('aaaa');
    expect([pattern.flags, pattern.lastIndex]).toEqual(['g', 3]);
  });
});
