import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ReadLinesOptions, readLines } from '../../src/trace/read-lines.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'read-lines-'));
  file = join(folder, 'run.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function all(options?: ReadLinesOptions) {
  const lines: (readonly [
    text: string | null,
    offset: number,
    end: number,
    number: number,
    complete: boolean,
  ])[] = [];
  for await (const batch of readLines(file, options)) {
    for (const { bytes, offset, end, number, complete } of batch)
      lines.push([bytes?.toString() ?? null, offset, end, number, complete]);
  }
  return lines;
}

it.each<[string, string, unknown[]]>([
  ['nothing', '', []],
  ['one line', 'a\n', [['a', 0, 2, 1, true]]],
  [
    'a last line without an end',
    'a\nbc',
    [
      ['a', 0, 2, 1, true],
      ['bc', 2, 4, 2, false],
    ],
  ],
  [
    'empty lines',
    '\n\na\n',
    [
      ['', 0, 1, 1, true],
      ['', 1, 2, 2, true],
      ['a', 2, 4, 3, true],
    ],
  ],
  [
    'carriage returns, which it keeps',
    'a\r\nb\r\n',
    [
      ['a\r', 0, 3, 1, true],
      ['b\r', 3, 6, 2, true],
    ],
  ],
  ['characters of several bytes', '花\n', [['花', 0, 4, 1, true]]],
])('reads %s', async (_, content, expected) => {
  writeFileSync(file, content);
  expect(await all()).toEqual(expected);
});

it('puts lines together that are longer than a read', async () => {
  const long = 'x'.repeat(3 * 1024 * 1024);
  writeFileSync(file, `a\n${long}\nb\n`);
  const lines = await all();
  expect(lines.map(([text]) => text?.length)).toEqual([1, long.length, 1]);
  expect(lines.map(([, offset]) => offset)).toEqual([0, 2, 3 + long.length]);
});

it('does not hold a line that is too long, and goes on behind it', async () => {
  writeFileSync(file, `a\n${'x'.repeat(50)}\nb\n`);
  expect(await all({ longest: 40 })).toEqual([
    ['a', 0, 2, 1, true],
    [null, 2, 53, 2, true],
    ['b', 53, 55, 3, true],
  ]);
});

it('reads a part', async () => {
  writeFileSync(file, 'a\nb\nc\nd\n');
  expect((await all({ from: 2, to: 6 })).map(([text, offset]) => [text, offset])).toEqual([
    ['b', 2],
    ['c', 4],
  ]);
});

it.each([
  ['is missing', () => {}, 'no such file'],
  ['is a folder', () => (file = folder), 'a folder, not a file'],
])('fails where the file %s', async (_, prepare, why) => {
  prepare();
  await expect(all()).rejects.toMatchObject({ code: 'file_not_readable', message: `${file}: ${why}` });
});

it('follows a file that isn’t there yet, grows in the middle of a line, and begins anew', async () => {
  const seen: string[] = [];
  const steps = [
    () => appendFileSync(file, 'a\nb'),
    () => appendFileSync(file, 'c\n'),
    () => writeFileSync(file, 'd\n'),
  ];
  for await (const batch of readLines(file, { follow: true })) {
    seen.push(batch.map(({ bytes }) => String(bytes)).join('|'));
    // An empty list: it has caught up with what is there.
    if (batch.length > 0) continue;
    const next = steps.shift();
    if (next === undefined && seen.includes('d')) break;
    next?.();
  }
  expect(seen.filter((lines) => lines !== '')).toEqual(['a', 'bc', 'd']);
});

it.each([
  ['became shorter', () => writeFileSync(file, 'c\nd\n')],
  [
    'was replaced',
    () => {
      writeFileSync(`${file}.new`, 'c\nd\nand more than before\n');
      renameSync(`${file}.new`, file);
    },
  ],
])('follows a file from its beginning where it %s, wherever it was begun', async (_, change) => {
  writeFileSync(file, 'a\nlonger\nb\n');
  const seen: string[] = [];
  let changed = false;
  for await (const batch of readLines(file, { follow: true, from: 9 })) {
    seen.push(...batch.map(({ bytes }) => String(bytes)));
    if (seen.includes('d')) break;
    if (batch.length === 0 && !changed) {
      changed = true;
      change();
    }
  }
  expect(seen.slice(0, 3)).toEqual(['b', 'c', 'd']);
});

it('ends its waiting with the signal', async () => {
  writeFileSync(file, 'a\n');
  const controller = new AbortController();
  const reading = (async () => {
    for await (const batch of readLines(file, { follow: true, signal: controller.signal }))
      if (batch.length === 0) controller.abort(new Error('enough'));
  })();
  await expect(reading).rejects.toThrow();
});

describe('a pipe', () => {
  async function* chunks(texts: readonly string[], error?: Error) {
    for (const text of texts) yield Buffer.from(text);
    if (error !== undefined) throw error;
  }
  const read = async (stream: AsyncIterable<Buffer>, options?: ReadLinesOptions) => {
    const lines: unknown[] = [];
    for await (const batch of readLines({ name: 'the pipe', stream }, options))
      for (const { bytes, offset, number, complete } of batch)
        lines.push([bytes?.toString() ?? null, offset, number, complete]);
    return lines;
  };

  it('gives the same lines, wherever it is cut', async () => {
    const expected = [
      ['ab', 0, 1, true],
      ['c', 3, 2, true],
      ['d', 5, 3, false],
    ];
    expect(await read(chunks(['ab\nc\nd']))).toEqual(expected);
    expect(await read(chunks(['a', 'b', '\n', 'c\n', '', 'd']))).toEqual(expected);
    expect(await read(chunks([]))).toEqual([]);
    expect(await read(chunks(['abc\nd\n']), { longest: 2 })).toEqual([
      [null, 0, 1, true],
      ['d', 4, 2, true],
    ]);
  });

  it('says that it broke, and stops where the signal says so', async () => {
    await expect(read(chunks(['a'], new Error('no more')))).rejects.toThrow('the pipe: no more');
    const signal = AbortSignal.abort(new Error('stop'));
    await expect(read(chunks(['a\n']), { signal })).rejects.toThrow('stop');
  });
});
