import type {
  MeasuredMemory,
  MeasuredSource,
  MemoryMeasurement,
} from '../../chains/measurement/measured-memory.js';

/** A measurement, and what has to be said of it: the record that tables, charts and `--json` are made from. */
export interface MemoryReport {
  /** What was measured: a file's name, or a session's. */
  readonly title: string;
  /** What the file says of itself. */
  readonly description: string | undefined;
  readonly measurement: MemoryMeasurement;
  /** How many turns were to be measured, and which kinds of memory. */
  readonly turns: number;
  readonly wanted: readonly string[];
  /** What tokens were counted with, where no server reported them. */
  readonly tokenizer: { readonly encoding: string; readonly exact: boolean };
  /** Nobody named a model, and the one that stands there is only counted for. */
  readonly simulated: boolean;
}

const WORST_FIRST: readonly MeasuredSource[] = ['simulated', 'unknown', 'estimated', 'reported'];

/** The worst of its turns. */
export function sourceOf({ turns }: MeasuredMemory): MeasuredSource {
  return WORST_FIRST.find((source) => turns.some((turn) => turn.source === source)) ?? 'unknown';
}

/** `summary (simulated)`: a name as charts have it. */
export function labelOf(memory: MeasuredMemory): string {
  return sourceOf(memory) === 'simulated' ? `${memory.name} (simulated)` : memory.name;
}

/** All tokens so far, by turn; it ends where a number isn't known. */
export function tokensSoFar({ turns }: MeasuredMemory): readonly number[] {
  const sums: number[] = [];
  for (const { totalTokens } of turns) {
    if (totalTokens === null) break;
    sums.push((sums.at(-1) ?? 0) + totalTokens);
  }
  return sums;
}

/** What has to be said besides, a sentence a line. */
export function notesOf({ measurement, wanted, tokenizer, simulated }: MemoryReport): readonly string[] {
  const { mechanisms } = measurement;
  const sources = mechanisms.map(sourceOf);
  const missing = wanted.filter((name) => mechanisms.every((memory) => memory.name !== name));
  return [
    ...(missing.length === 0 ? [] : [`not measured to the end: ${missing.join(', ')}`]),
    ...(sources.includes('simulated')
      ? [
          'simulated: the offline model, not a language model, wrote what a language model would write' +
            `${simulated ? '; name one with --model' : ''}`,
        ]
      : []),
    ...(sources.includes('estimated') ? [estimatedBy(tokenizer, measurement)] : []),
  ];
}

function estimatedBy(
  { encoding, exact }: MemoryReport['tokenizer'],
  { model, provider }: MemoryMeasurement,
): string {
  const counted = `estimated: counted here with ${encoding}`;
  if (provider === 'offline') return counted;
  return exact
    ? `${counted}, the tokenizer of ${model}`
    : `${counted}, which may not be the tokenizer of ${model}`;
}
