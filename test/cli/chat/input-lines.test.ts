import { PassThrough, Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { inputLines } from '../../../src/cli/chat/input-lines.js';

const never = new AbortController().signal;

async function linesOf(...chunks: readonly (string | Buffer)[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of inputLines(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), never))
    lines.push(line);
  return lines;
}

const CHINESE = Buffer.from('你好\n');

it.each<{ what: string; chunks: (string | Buffer)[]; lines: string[] }>([
  { what: 'nothing', chunks: [], lines: [] },
  { what: 'several in one chunk', chunks: ['a\n\nb\n'], lines: ['a', '', 'b'] },
  { what: 'a last line without its end', chunks: ['a\nb'], lines: ['a', 'b'] },
  { what: 'one in several chunks', chunks: ['a', 'b', 'c\nd', 'e\n'], lines: ['abc', 'de'] },
  { what: 'line ends of Windows', chunks: ['a\r', '\nb\r\n'], lines: ['a', 'b'] },
  { what: 'a character cut in two', chunks: [CHINESE.subarray(0, 4), CHINESE.subarray(4)], lines: ['你好'] },
  { what: 'a byte order mark', chunks: ['\uFEFFa\n\uFEFFb\n'], lines: ['a', '\uFEFFb'] },
  { what: 'what other programs take for line ends', chunks: ['a\u2028b\rc\n'], lines: ['a\u2028b\rc'] },
  { what: 'bytes that are no text', chunks: [Buffer.from([0x61, 0xff, 0x0a])], lines: ['a\uFFFD'] },
])('$what', async ({ chunks, lines }) => {
  expect(await linesOf(...chunks)).toEqual(lines);
});

it('ten million characters are a line', async () => {
  const part = 'x'.repeat(100_000);
  const [line, ...others] = await linesOf(...Array.from({ length: 100 }, () => part), '\nnext');
  expect([line?.length, others]).toEqual([10_000_000, ['next']]);
});

it('a line is there before the next is', async () => {
  const stdin = new PassThrough();
  const lines = inputLines(stdin, never);
  stdin.write('a\n');
  expect(await lines.next()).toEqual({ done: false, value: 'a' });
  stdin.end('b');
  expect(await lines.next()).toEqual({ done: false, value: 'b' });
  expect(await lines.next()).toEqual({ done: true, value: undefined });
});

it('an abort ends the waiting', async () => {
  const controller = new AbortController();
  const next = inputLines(new PassThrough(), controller.signal).next();
  controller.abort(new Error('enough'));
  await expect(next).rejects.toThrow('enough');
});
