import { cheaperFrom } from '../../../src/chains/measurement/cheaper-from.js';
import {
  type MeasuredMemory,
  type MeasuredSource,
  type MeasuredTurn,
  sum,
  sumOf,
} from '../../../src/chains/measurement/measured-memory.js';
import type { MemoryReport } from '../../../src/cli/memory/report.js';

interface Fields {
  readonly costs?: readonly (number | null)[];
  readonly own?: number;
  readonly source?: MeasuredSource;
  readonly recall?: MeasuredMemory['recall'];
}

/** A kind of memory whose turns took so many tokens in, and one out. */
export function measured(
  name: string,
  inputs: readonly (number | null)[],
  { costs = [], own = 0, source = 'estimated', recall = { asked: 0, known: 0 } }: Fields = {},
): MeasuredMemory {
  const turns = inputs.map(
    (inputTokens, index): MeasuredTurn => ({
      turn: index + 1,
      inputTokens,
      outputTokens: 1,
      memoryTokens: own,
      totalTokens: sum([inputTokens, 1, own]),
      source,
      cost: costs[index] ?? null,
    }),
  );
  return { name, turns, totals: sumOf(turns), recall, facts: [], cheaperThanBuffer: null };
}

/** All but the first compared with the first. */
export function compared(mechanisms: readonly MeasuredMemory[]): readonly MeasuredMemory[] {
  const tokens = ({ turns }: MeasuredMemory) => turns.map(({ totalTokens }) => totalTokens);
  const costs = ({ turns }: MeasuredMemory) => turns.map(({ cost }) => cost);
  const [buffer, ...others] = mechanisms;
  return [
    buffer!,
    ...others.map((one) => ({
      ...one,
      cheaperThanBuffer: {
        tokens: cheaperFrom(tokens(one), tokens(buffer!)),
        cost: cheaperFrom(costs(one), costs(buffer!)),
      },
    })),
  ];
}

export function reportOf(
  mechanisms: readonly MeasuredMemory[],
  fields: Partial<MemoryReport> = {},
): MemoryReport {
  return {
    title: 'shop.yaml',
    description: undefined,
    measurement: { model: 'gpt-5-mini', provider: 'openai', mechanisms },
    turns: mechanisms[0]?.turns.length ?? 0,
    wanted: mechanisms.map(({ name }) => name),
    tokenizer: { encoding: 'o200k_base', exact: true },
    simulated: false,
    ...fields,
  };
}
