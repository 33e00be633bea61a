import { spreadOf } from './measure.mjs';
import { MORE_TOKENS, PEERS, REQUESTS, TOKENS } from './programs.mjs';

const TOKEN = 'a token: node:http and JSON.parse';
const LATE_TOKEN = 'a token after the first 20,000: node:http';
const REQUEST = 'a request: undici';

const OTHERS = Object.keys(PEERS);

/** What is compared with what, and how much of it is the aim; `null` for comparison alone. */
const FIGURES = [
  { name: 'bare Node', of: whole('bare node'), unit: 'ms', aim: null },
  {
    name: 'node:http, an answer of one token',
    of: whole('node:http, tokens: 1'),
    beside: 'bare Node',
    aim: null,
  },
  { name: 'fetch, an answer of one token', of: whole('fetch, tokens: 1'), beside: 'bare Node', aim: null },
  { name: 'chain --version', of: whole('chain --version'), beside: 'bare Node', aim: 1.25 },
  {
    name: 'chain run, an answer of one token',
    of: whole('chain run, tokens: 1'),
    beside: 'bare Node',
    aim: 2,
  },
  ...OTHERS.map((peer) => ({
    name: `${peer}, an answer of one token`,
    of: whole(`${peer}, tokens: 1`),
    beside: 'bare Node',
    aim: null,
  })),
  { name: TOKEN, of: eachToken('node:http'), unit: 'µs', aim: null },
  { name: 'a token: fetch', of: eachToken('fetch'), beside: TOKEN, aim: null },
  { name: 'a token: chain run', of: eachToken('chain run'), beside: TOKEN, aim: 1.8 },
  { name: 'a token: chain run --log log.txt', of: eachToken('chain run, text log'), beside: TOKEN, aim: 1.8 },
  {
    name: 'a token: chain run --log log.jsonl',
    of: eachToken('chain run, JSON log'),
    beside: TOKEN,
    aim: 1.8,
  },
  {
    name: 'a token: JSON log and seven more handlers',
    of: eachToken('many handlers'),
    beside: TOKEN,
    aim: 3,
  },
  ...OTHERS.map((peer) => ({ name: `a token: ${peer}`, of: eachToken(peer), beside: TOKEN, aim: null })),
  { name: LATE_TOKEN, of: eachLateToken('node:http'), unit: 'µs', aim: null },
  {
    name: 'a token after the first 20,000: chain run',
    of: eachLateToken('chain run'),
    beside: LATE_TOKEN,
    aim: 1.8,
  },
  { name: REQUEST, of: eachRequest('undici'), unit: 'µs', aim: null },
  { name: 'a request: node:http', of: eachRequest('node:http'), beside: REQUEST, aim: null },
  { name: 'a request: generate', of: eachRequest('generate'), beside: REQUEST, aim: 2.5 },
  ...OTHERS.map((peer) => ({
    name: `a request: ${peer}`,
    of: eachRequest(peer),
    beside: REQUEST,
    aim: null,
  })),
];

/**
 * The figures: median and quartiles of the rounds, and the ratio of medians.
 * @param samples by program, a `{ cpu, wall }` in milliseconds for each round
 * @throws Error when what should cost something didn't
 */
export function figuresOf(samples) {
  const figures = {};
  for (const { name, of, beside, unit = figures[beside].unit, aim } of FIGURES) {
    const spread = spreadOf(of(samples));
    if (!(spread.low > 0))
      throw new Error(`${name} could not be measured: half of the rounds are ${spread.low} or less`);
    const ratio = beside === undefined ? 1 : spread.median / figures[beside].median;
    figures[name] = { unit, ...spread, ratio, aim, met: aim === null ? null : ratio <= aim };
  }
  return figures;
}

/** The figures as a table for a person. */
export function renderTable(figures) {
  const rows = Object.entries(figures).map(([name, { unit, median, low, high, ratio, aim, met }]) => [
    name,
    `${median.toFixed(2)} ${unit}`,
    `${low.toFixed(2)} to ${high.toFixed(2)}`,
    `${ratio.toFixed(2)} ×`,
    aim === null ? '' : `≤ ${aim} × ${met ? 'met' : 'NOT MET'}`,
  ]);
  rows.unshift(['CPU time', 'median', 'middle half', 'ratio', 'aim']);
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) => row.map((cell, column) => cell.padEnd(widths[column])).join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}

/**
 * What is watched from change to change, by what it is compared with: without other packages, which would have to be
 * installed first.
 * @param samples as those of {@link figuresOf}, of what {@link isWatched} names
 * @returns by name, so many times what it is compared with
 */
export function watchedRatios(samples) {
  const median = (wanted) => spreadOf(FIGURES.find(({ name }) => name === wanted).of(samples)).median;
  return Object.fromEntries(WATCHED.map(([name, beside]) => [name, median(name) / median(beside)]));
}

/** The same of figures that were measured before. */
export function watchedIn(figures) {
  return Object.fromEntries(
    WATCHED.map(([name, beside]) => [name, figures[name].median / figures[beside].median]),
  );
}

const WATCHED = [
  ['chain --version', 'bare Node'],
  ['chain run, an answer of one token', 'bare Node'],
  ['a token: chain run', TOKEN],
  ['a token: chain run --log log.txt', TOKEN],
  ['a token: chain run --log log.jsonl', TOKEN],
  ['a token: JSON log and seven more handlers', TOKEN],
  ['a request: generate', 'a request: node:http'],
];

const LEFT_OUT = [...OTHERS, 'fetch', 'undici'];

/** Whether a program is one of those that are watched. */
export function isWatched(program) {
  return !program.endsWith(`: ${MORE_TOKENS}`) && !LEFT_OUT.some((name) => program.startsWith(`${name},`));
}

function whole(program) {
  return (samples) => samples[program].map(({ cpu }) => cpu);
}

/** Of the same round, the long answer less the short one. */
function eachToken(program) {
  return difference(`${program}, tokens:`, TOKENS, 1);
}

function eachLateToken(program) {
  return difference(`${program}, tokens:`, MORE_TOKENS, TOKENS);
}

function eachRequest(program) {
  return difference(`${program}, requests:`, REQUESTS, 1);
}

/** In microseconds a piece. */
function difference(program, many, few) {
  return (samples) =>
    samples[`${program} ${many}`].map(
      ({ cpu }, round) => ((cpu - samples[`${program} ${few}`][round].cpu) * 1000) / (many - few),
    );
}
