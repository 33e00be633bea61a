import { describe, expect, it } from 'vitest';
import { TokenTotals } from '../../src/callbacks/token-totals.js';
import { GroupTallies } from '../../src/trace/group-tallies.js';
import type { TalliedRun } from '../../src/trace/run-tally.js';
import { answer, usage } from '../callbacks/synthetic-events.js';

function run(tokens: number, cost: number | null = null, more: Partial<TalliedRun> = {}): TalliedRun {
  const totals = new TokenTotals();
  totals.add({ type: 'llmEnd', ...answer(''), usage: usage(tokens, 0), cost } as never);
  return { status: 'ok', errorCode: null, durationMs: tokens, totals, unknownUsage: 0, ...more };
}

const keys = (tallies: GroupTallies, order: 'size' | 'key', limit = 10) =>
  tallies.take(order, limit).groups.map(({ key }) => key);

describe('groups', () => {
  it('are largest by money where all has a price, else by tokens, else by runs', () => {
    const tallies = new GroupTallies();
    tallies.add('many tokens', run(100, 0.01));
    tallies.add('dear', run(10, 1));
    expect([tallies.measure, keys(tallies, 'size')]).toEqual(['cost', ['dear', 'many tokens']]);
    tallies.add(null, run(1));
    tallies.add('b', run(0));
    tallies.add('a', run(0));
    tallies.add('b', run(0));
    expect([tallies.measure, keys(tallies, 'size')]).toEqual([
      'totalTokens',
      ['many tokens', 'dear', null, 'b', 'a'],
    ]);
  });

  it('come in the order of their keys where these have one, the last ones of many', () => {
    const tallies = new GroupTallies();
    for (const key of ['2026-11-22', null, '2026-11-21', '2026-11-23']) tallies.add(key, run(1));
    expect(keys(tallies, 'key')).toEqual(['2026-11-21', '2026-11-22', '2026-11-23', null]);
    expect(keys(tallies, 'key', 2)).toEqual(['2026-11-23', null]);
  });

  it('leave the rest together', () => {
    const tallies = new GroupTallies();
    for (let index = 1; index <= 5; index += 1) tallies.add(`g${index}`, run(index, index));
    tallies.add('g1', { ...run(0, 0), status: 'error', errorCode: 'timeout', unknownUsage: 1 });
    const { groups, rest } = tallies.take('size', 3);
    expect(groups.map(({ key }) => key)).toEqual(['g5', 'g4', 'g3']);
    expect(rest).toEqual({
      groups: 2,
      runs: 3,
      byStatus: { ok: 2, error: 1, aborted: 0, unfinished: 0 },
      errors: [{ code: 'timeout', runs: 1 }],
      modelRuns: 3,
      usage: { ...usage(3, 0), runs: 3, bySource: { reported: 3 } },
      unknownUsage: 1,
      cost: 3,
      unpriced: 0,
      durationMs: { p50: 1, p90: 2, p99: 2 },
    });
    expect(tallies.take('size', 5).rest).toBeNull();
  });

  it('are told apart up to ten thousand', () => {
    const tallies = new GroupTallies();
    for (let index = 0; index < 10_005; index += 1) tallies.add(`g${index}`, run(1));
    const { groups, rest } = tallies.take('size', Number.POSITIVE_INFINITY);
    expect([groups.length, rest?.groups, rest?.runs, tallies.all.runs]).toEqual([10_000, null, 5, 10_005]);
  });
});
