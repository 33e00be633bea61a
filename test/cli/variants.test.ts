import { describe, expect, it } from 'vitest';
import { labelOf, variantsOf } from '../../src/cli/variants.js';

describe('variants', () => {
  it.each([
    { flags: {}, labels: ['m'] },
    { flags: { model: ['a'], temperature: [1], runs: 1 }, labels: ['a'] },
    { flags: { model: ['b', 'a'] }, labels: ['b', 'a'] },
    { flags: { model: ['a', 'b', 'a'], temperature: [0.5, 0.5] }, labels: ['a', 'b'] },
    { flags: { runs: 3 }, labels: ['m · #1', 'm · #2', 'm · #3'] },
    { flags: { temperature: [1, 0] }, labels: ['m · temperature 1', 'm · temperature 0'] },
    {
      flags: { model: ['a', 'b'], temperature: [0, 1.5], runs: 2 },
      labels: [
        'a · temperature 0 · #1',
        'a · temperature 0 · #2',
        'a · temperature 1.5 · #1',
        'a · temperature 1.5 · #2',
        'b · temperature 0 · #1',
        'b · temperature 0 · #2',
        'b · temperature 1.5 · #1',
        'b · temperature 1.5 · #2',
      ],
    },
  ])('of $flags are $labels', ({ flags, labels }) => {
    const variants = variantsOf(flags);
    expect(variants.map((one) => labelOf(one.model ?? 'm', one, variants))).toEqual(labels);
  });

  it('have what was given, and nothing else', () => {
    expect(variantsOf({})).toEqual([{ number: 1 }]);
    expect(variantsOf({ model: ['a'], temperature: [0] })).toEqual([
      { model: 'a', temperature: 0, number: 1 },
    ]);
  });

  it('are a hundred at the most', () => {
    expect(variantsOf({ runs: 100 })).toHaveLength(100);
    expect(() => variantsOf({ model: ['a', 'b'], runs: 51 })).toThrow('102 runs at once: 100 is the most');
  });
});
