import { describe, expect, it } from 'vitest';
import { Budget, budget } from '../../src/tokens/budget.js';

describe('what a budget is made of', () => {
  it.each([
    [{ maxCost: 0.05 }, 0.05, null],
    [{ maxTotalTokens: 2000 }, null, 2000],
    [{ maxCost: 1e-6, maxTotalTokens: 1 }, 1e-6, 1],
    [{ maxCost: undefined, maxTotalTokens: 15 }, null, 15],
  ])('%j', (limits, maxCost, maxTotalTokens) => {
    const made = budget(limits);
    expect(made).toBeInstanceOf(Budget);
    expect([made.maxCost, made.maxTotalTokens]).toEqual([maxCost, maxTotalTokens]);
    expect([made.spent, made.reserved]).toEqual([
      { totalTokens: 0, cost: 0 },
      { totalTokens: 0, cost: 0 },
    ]);
    expect(made.left).toEqual({ totalTokens: maxTotalTokens ?? Infinity, cost: maxCost ?? Infinity });
  });

  const NONE = 'a budget needs maxCost (US dollars), maxTotalTokens or both';
  it.each<[limits: unknown, message: string]>([
    [{}, NONE],
    [undefined, NONE],
    [null, NONE],
    [{ maxCost: undefined }, NONE],
    [{ maxTokens: 5 }, NONE],
    [{ maxCost: 0 }, 'maxCost must be a positive number, not 0'],
    [{ maxCost: -1 }, 'maxCost must be a positive number, not -1'],
    [{ maxCost: '0.05' }, 'maxCost must be a positive number, not "0.05"'],
    [{ maxTotalTokens: null }, 'maxTotalTokens must be a positive whole number, not null'],
    [{ maxTotalTokens: Infinity }, 'maxTotalTokens must be a positive whole number, not Infinity'],
    [{ maxTotalTokens: 1.5 }, 'maxTotalTokens must be a positive whole number, not 1.5'],
    [{ maxTotalTokens: '15' }, 'maxTotalTokens must be a positive whole number, not "15"'],
    [
      { maxCost: Number.NaN, maxTotalTokens: 0 },
      'maxCost must be a positive number, not NaN; maxTotalTokens must be a positive whole number, not 0',
    ],
  ])('not %j', (limits, message) => {
    expect(() => budget(limits as never)).toThrow(
      expect.objectContaining({ name: 'ChainError', code: 'invalid_argument', message }),
    );
  });
});

describe('the account', () => {
  it('sets aside what may be taken, and puts what was taken in its place', () => {
    const account = budget({ maxCost: 1, maxTotalTokens: 1000 });
    const first = account.reserve({ totalTokens: 600, cost: 0.5 });
    const second = account.reserve({ totalTokens: 100, cost: 0.25 });
    expect(account.reserved).toEqual({ totalTokens: 700, cost: 0.75 });
    expect(account.left).toEqual({ totalTokens: 300, cost: 0.25 });
    first.settle({ totalTokens: 50, cost: 0.125 });
    expect(account.spent).toEqual({ totalTokens: 50, cost: 0.125 });
    expect(account.left).toEqual({ totalTokens: 850, cost: 0.625 });
    second.extend({ totalTokens: 50, cost: 0.125 });
    expect(account.reserved).toEqual({ totalTokens: 150, cost: 0.375 });
    second.settle({ totalTokens: 0, cost: 0 });
    expect([account.spent, account.reserved]).toEqual([
      { totalTokens: 50, cost: 0.125 },
      { totalTokens: 0, cost: 0 },
    ]);
  });

  it('settles a reservation once', () => {
    const account = budget({ maxTotalTokens: 100 });
    const held = account.reserve({ totalTokens: 40, cost: null });
    held.settle({ totalTokens: 30, cost: 0 });
    held.settle({ totalTokens: 30, cost: 0 });
    held.extend({ totalTokens: 30, cost: 0 });
    expect([account.spent.totalTokens, account.reserved.totalTokens]).toEqual([30, 0]);
  });

  it('goes below zero where more was taken than there was', () => {
    const account = budget({ maxCost: 0.25, maxTotalTokens: 100 });
    account.reserve({ totalTokens: 100, cost: 0.25 }).settle({ totalTokens: 120, cost: 0.5 });
    expect(account.left).toEqual({ totalTokens: -20, cost: -0.25 });
  });

  it('does not know its cost once a call had no price', () => {
    const account = budget({ maxTotalTokens: 100 });
    account.reserve({ totalTokens: 10, cost: 0.1 }).settle({ totalTokens: 10, cost: 0.1 });
    account.reserve({ totalTokens: 10, cost: null }).settle({ totalTokens: 10, cost: null });
    account.reserve({ totalTokens: 10, cost: 0.1 }).settle({ totalTokens: 10, cost: 0.1 });
    expect(account.spent).toEqual({ totalTokens: 30, cost: null });
  });

  it('keeps no fraction of what was given back', () => {
    const account = budget({ maxCost: 1 });
    const held = [0.1, 0.2, 0.3, 0.7].map((cost) => account.reserve({ totalTokens: 0, cost }));
    for (const one of held) one.settle({ totalTokens: 0, cost: 0 });
    expect(account.left.cost).toBe(1);
  });
});
