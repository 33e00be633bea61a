import { describe, expect, it } from 'vitest';
import { decodeText } from '../../src/prompts/decode.js';
import { caught } from './caught.js';

const bytes = (...parts: readonly (string | number)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))));

const UTF8 = 'Save the file as UTF-8.';
const UTF16 = 'It looks like UTF-16, as Windows PowerShell writes it; save it as UTF-8.';

describe('decodeText', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['bytes', bytes('1 + {数} 😀\n'), '1 + {数} 😀\n'],
    ['a part of a buffer', new Uint8Array([65, 66, 67]).subarray(1, 2), 'B'],
    ['a string', 'a\n', 'a\n'],
    ['nothing', bytes(), ''],
    ['a byte order mark', bytes(0xef, 0xbb, 0xbf, 'a'), 'a'],
    ['a byte order mark of a string', '\uFEFFa', 'a'],
    ['only the first byte order mark', '\uFEFF\uFEFFa\uFEFF', '\uFEFFa\uFEFF'],
    ['CRLF', bytes('a\r\nb\r\n\r\n'), 'a\nb\n\n'],
    ['a bare CR', bytes('a\rb'), 'a\rb'],
    ['U+FFFD', bytes('a\uFFFDb'), 'a\uFFFDb'],
  ])('reads %s', (_, source, text) => {
    expect(decodeText(source, 'f.txt')).toBe(text);
  });

  it.each<[string, Uint8Array, number, string, string]>([
    ['a Latin-1 letter', bytes('a\nca', 0xe9, 'b'), 4, '2:3', UTF8],
    ['after characters of several bytes', bytes('数😀\uFFFD', 0xff), 10, '1:4', UTF8],
    ['a sequence that is cut', bytes('ab', 0xe4, 0xbd), 2, '1:3', UTF8],
    ['a sequence like the start of a byte order mark', bytes('ab', 0xef, 'c'), 2, '1:3', UTF8],
    ['a surrogate', bytes(0xed, 0xa0, 0x80), 0, '1:1', UTF8],
    ['an overlong sequence', bytes('a', 0xc0, 0xaf), 1, '1:2', UTF8],
    ['after a byte order mark and CRLF', bytes(0xef, 0xbb, 0xbf, 'a\r\n', 0x80), 6, '2:1', UTF8],
    ['UTF-16, little endian', bytes(0xff, 0xfe, 'a', 0), 0, '1:1', UTF16],
    ['UTF-16, big endian', bytes(0xfe, 0xff, 0, 'a'), 0, '1:1', UTF16],
  ])('refuses what is not UTF-8: %s', async (_, source, offset, place, hint) => {
    expect(await caught(() => decodeText(source, 'f.txt'))).toEqual({
      code: 'invalid_template',
      message: `f.txt:${place}: not UTF-8 at byte ${offset} (the first is byte 0)`,
      hint,
    });
  });

  it('finds a byte at the end of 10 MB in one pass', async () => {
    const source = bytes('数\n'.repeat(2_500_000), 0xff);
    expect((await caught(() => decodeText(source, 'f.txt'))).message).toBe(
      'f.txt:2500001:1: not UTF-8 at byte 10000000 (the first is byte 0)',
    );
  });

  it('refuses NUL bytes', async () => {
    expect(await caught(() => decodeText(bytes('a\r\nbc', 0, 'd'), 'f.txt'))).toEqual({
      code: 'invalid_template',
      message: 'f.txt:2:3: a NUL byte: this is not text',
      hint: 'Only text in UTF-8 can be read.',
    });
  });
});
