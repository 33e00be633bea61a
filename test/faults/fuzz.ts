import fc from 'fast-check';
import { expect } from 'vitest';
import { exitCodeOf, renderError } from '../../src/cli/exit.js';
import { ChainError } from '../../src/errors.js';

/** `CHAIN_FUZZ_SECONDS=3600` has each property tried for its share of an hour, in place of a hundred times. */
const SECONDS = Number(process.env.CHAIN_FUZZ_SECONDS ?? 0);

/** How long a test may take that tries a property. */
export const PATIENCE_MS = SECONDS * 1000 + 60_000;

/** One input, however long it is, must not take longer. */
const LONGEST_MS = 5000;

/** @param share the part of all the time, of 1 */
export function howOften(runs: number, share: number) {
  return SECONDS > 0
    ? { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: SECONDS * 1000 * share }
    : { numRuns: runs };
}

/** Makes no sense anywhere, or too much of it. */
const NASTY = [
  ...['\0', '\ufeff', '\r\n', '\r', '\t', '\u2028', '\x1b[2J', '\x9b', '\u202e', '\ud800', '🌹', '名'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'null', 'NaN', '.inf', '-0', '1e999'],
  ...[
    '9007199254740993',
    '0x10',
    '[[[[[[[[',
    '{{{{',
    '}}}}',
    '"',
    "'",
    '`',
    '\\',
    '\n',
    ' ',
    ': ',
    '- ',
    '# ',
  ],
];

/** A text put together from such pieces, or a good one with pieces cut out and put in. */
export function damaged(seeds: readonly string[], pieces: readonly string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(fc.constantFrom(...NASTY, ...pieces), fc.string({ maxLength: 8, unit: 'binary' }));
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    drop: fc.nat(12),
    put: fc.array(piece, { maxLength: 2 }),
  });
  const edited = fc
    .tuple(fc.constantFrom(...seeds), fc.array(edit, { minLength: 1, maxLength: 5 }))
    .map(([seed, edits]) =>
      edits.reduce((text, { at, drop, put }) => {
        const from = Math.floor(at * text.length);
        return text.slice(0, from) + put.join('') + text.slice(from + drop);
      }, seed),
    );
  const deep = fc
    .tuple(
      fc.constantFrom('[', '{a: ', '{"a":', '- ', '&a [', '!x '),
      fc.nat(3000),
      fc.constantFrom(...seeds),
    )
    .map(([open, depth, seed]) => seed + open.repeat(depth));
  return fc.oneof(
    { weight: 6, arbitrary: edited },
    { weight: 3, arbitrary: fc.array(piece, { maxLength: 30 }).map((parts) => parts.join('')) },
    { weight: 1, arbitrary: deep },
  );
}

/** The same as bytes, of which some may be no UTF-8. */
export function damagedBytes(seeds: readonly string[], pieces: readonly string[]): fc.Arbitrary<Buffer> {
  return fc
    .tuple(
      damaged(seeds, pieces),
      fc.option(fc.uint8Array({ maxLength: 4 }), { nil: new Uint8Array(), freq: 8 }),
    )
    .map(([text, more]) => Buffer.concat([Buffer.from(text), more]));
}

/** That it gives a value, or fails as a mistake of whoever wrote the input, with words that a terminal can be shown. */
export async function expectVerdict(action: () => unknown): Promise<void> {
  const started = process.cpuUsage();
  try {
    await action();
  } catch (error) {
    expectMistake(error);
  }
  // Of processors: others may have them meanwhile.
  expect(process.cpuUsage(started).user / 1000).toBeLessThan(LONGEST_MS);
}

export function expectMistake(error: unknown): void {
  if (!(error instanceof ChainError)) throw error;
  expect(exitCodeOf(error)).toBe(2);
  const shown = renderError(error, false);
  expect(shown).toMatch(/^chain: [^\n]/);
  expect(shown).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
}
