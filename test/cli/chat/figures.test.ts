import { describe, expect, it } from 'vitest';
import { renderShare, renderSpending } from '../../../src/cli/chat/figures.js';
import { Spending, type Spent, spentTurns } from '../../../src/cli/chat/spending.js';
import { renderTurnTable } from '../../../src/cli/chat/turn-table.js';
import type { Usage } from '../../../src/messages.js';
import { addUsage, UNKNOWN_USAGE } from '../../../src/tokens/usage.js';

const usage = (inputTokens: number, outputTokens: number): Usage => ({
  ...UNKNOWN_USAGE,
  inputTokens,
  outputTokens,
  totalTokens: inputTokens + outputTokens,
  source: 'reported',
});
const priced: Spent = { model: 'm', usage: usage(40, 10), cost: 0.01, memoryUsage: null };
const summed: Spent = { ...priced, memoryUsage: addUsage(null, usage(30, 5)), memoryCost: 0.002 };
const unpriced: Spent = { ...priced, cost: null };
const offline: Spent = { ...unpriced, model: 'offline (quoted)' };
const unknown: Spent = { ...unpriced, usage: UNKNOWN_USAGE };

it.each<[Spent[], string]>([
  [[], '0 turns · no tokens\n'],
  [[priced], '1 turn · 40 in + 10 out = 50 tokens (reported) · $0.01\n'],
  [
    [priced, summed],
    '2 turns · 110 in + 25 out = 135 tokens (reported) · $0.022\n' +
      "of it the memory's own: 30 in + 5 out = 35 tokens (reported) · $0.002\n",
  ],
  [[unpriced], '1 turn · 40 in + 10 out = 50 tokens (reported) · no price\n'],
  [[priced, unpriced], '2 turns · 80 in + 20 out = 100 tokens (reported) · $0.01 (1 of 2 without a price)\n'],
  [
    [offline],
    '1 turn · offline, not a language model · 40 in + 10 out = 50 tokens (reported) · price none\n',
  ],
  [[unknown], '1 turn · tokens unknown · no price\n'],
])('%j', (spent, text) => {
  expect(renderSpending(spent.length, new Spending(spent))).toBe(text);
});

it.each([
  [0, 400_000, '0 % of 400,000'],
  [53, 400_000, '<1 % of 400,000'],
  [48_000, 400_000, '12 % of 400,000'],
  [5000, 4096, '122 % of 4,096'],
])('%d of %d', (used, whole, text) => {
  expect(renderShare(used, whole)).toBe(text);
});

describe('the table by turn', () => {
  const said = { input: '', output: '' };
  const rows = spentTurns(
    [
      { ...said, ...summed },
      { ...said, ...offline },
      { ...said, ...summed, memoryCost: null },
    ],
    [
      { ...priced, turn: 1, reason: 'reset' },
      { ...unknown, turn: 2, reason: 'cancelled' },
      { ...priced, turn: 1, reason: 'undone' },
      { ...priced, usage: usage(123_456, 1), turn: 4, reason: 'failed' },
    ],
  );

  it('has everything that was paid for, in the order of the turns', () => {
    expect(renderTurnTable(rows, 80).split('\n')).toEqual([
      "turn              in  out  memory's own    total      cost",
      '1 reset           40   10                     50     $0.01',
      '1 undone          40   10                     50     $0.01',
      '1                 40   10            35       85    $0.012',
      '2 cancelled        ?    ?                      ?  no price',
      '2                 40   10                     50      none',
      '3                 40   10            35       85  no price',
      '4 failed     123,456    1                123,457     $0.01',
      '',
    ]);
  });
});
