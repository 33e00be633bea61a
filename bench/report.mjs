import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderChart } from './chart.mjs';
import { markdownTable } from './markdown-table.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const docs = join(dirname(here), 'docs');
const PAGE = join(docs, 'performance.md');

/** Puts what was measured last into docs/performance.md, and its picture beside it. */
export function publish() {
  const { figures } = read('results.json');
  writeFileSync(join(docs, 'bench.svg'), renderChart(figures));
  writeFileSync(PAGE, withTables(readFileSync(PAGE, 'utf8')));
}

/** The page with its tables as they are to be, from results.json and curves.json. */
export function withTables(page) {
  const tables = { figures: renderFigures(read('results.json')), curves: renderCurves(read('curves.json')) };
  return Object.entries(tables).reduce((text, [name, table]) => {
    const [begin, end] = [`<!-- ${name}: by npm run bench -->`, `<!-- end of ${name} -->`];
    const [before, rest = ''] = text.split(begin);
    const after = rest.split(end)[1];
    if (after === undefined) throw new Error(`${PAGE} has no place for ${name}`);
    return `${before}${begin}\n\n${table}\n\n${end}${after}`;
  }, page);
}

function read(name) {
  const file = join(here, name);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
}

function renderFigures({ machine, rounds, figures, longStreams, installed }) {
  const rows = Object.entries(figures).map(([name, { unit, median, low, high, ratio, aim, met }]) => [
    name,
    `${digits(median)} ${unit}`,
    `${digits(low)} to ${digits(high)}`,
    `${ratio.toFixed(2)} ×`,
    aim === null ? '' : `≤ ${aim} ×: ${met ? 'met' : 'not met'}`,
  ]);
  const [long, longer] = Object.entries(longStreams.peaks);
  return [
    `Node ${machine.node}, ${machine.cores} processors (${machine.cpu}), medians of ${rounds} rounds and their middle half:`,
    '',
    markdownTable([['CPU time', 'median', 'middle half', 'beside the least', 'aim'], ...rows]),
    '',
    `Memory at most: ${[long, longer].map(([name, peak]) => `${Math.round(peak)} MB (${name})`).join(', ')}; a token more takes ${longStreams.bytesAToken.toFixed(1)} bytes, of which its own text is 6.`,
    '',
    `The package: ${installed.packed.toFixed(1)} MB packed, ${installed.installed.toFixed(1)} MB installed; ${installed.secondsToInstall.toFixed(1)} s to install it from its file, and ${installed.secondsToAnswer.toFixed(2)} s more to the first answer.`,
  ].join('\n');
}

function renderCurves(curves) {
  const rows = curves.map(({ name, piece, points }) => [
    name,
    piece,
    points.map(({ size, median }) => `${size.toLocaleString('en-US')}: ${digits(median)} µs`).join(' · '),
  ]);
  return markdownTable([
    ['what grows', 'what is counted', 'CPU time of one, by how many there are'],
    ...rows,
  ]);
}

function digits(value) {
  return value >= 100 ? String(Math.round(value)) : value.toPrecision(value < 10 ? 2 : 3);
}
