import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** Tokens of each stream where streams or handlers are counted. */
const TOKENS = 2000;

/**
 * What grows. `pieces` says how many there are of what a cost is given of: with twice as many tokens twice as many.
 * The first size is what is taken off all others.
 */
export const CURVES = [
  {
    name: 'tokens of a stream',
    piece: 'a token',
    sizes: [0, 100, 1000, 10_000, 100_000],
    pieces: (size) => size,
  },
  { name: 'streams at once', piece: 'a token', sizes: [0, 1, 10, 100, 300], pieces: (size) => size * TOKENS },
  {
    name: 'handlers',
    piece: 'a token and handler',
    sizes: [0, 1, 3, 10, 30],
    pieces: (size) => size * 10 * TOKENS,
  },
  { name: 'turns of a conversation', piece: 'a turn', sizes: [0, 1, 10, 100, 1000], pieces: (size) => size },
];

/** By name and size, as `takeTurns` wants them. */
export function curvePrograms() {
  const program = (name, size, path, requests, args) => ({
    [`${name} ${size}`]: {
      command: [join(here, 'programs', 'grow.mjs'), ...args.map(String)],
      path,
      requests,
      accept: ({ stdout }) => (stdout === 'done' ? undefined : `it printed ${stdout}`),
    },
  });
  const [tokens, streams, handlers, turns] = CURVES;
  return Object.assign(
    {},
    ...tokens.sizes.map((size) => program(tokens.name, size, size, 1, ['streams', 1, 1, size])),
    ...streams.sizes.map((size) =>
      program(streams.name, size, TOKENS, size, ['streams', size, 1, size * TOKENS]),
    ),
    ...handlers.sizes.map((size) =>
      program(handlers.name, size, 10 * TOKENS, 1, ['streams', 1, size, size * 10 * TOKENS]),
    ),
    ...turns.sizes.map((size) => program(turns.name, size, 'document', size, ['turns', size])),
  );
}
