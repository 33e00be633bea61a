import { expect, test } from 'vitest';
import { EventParser, MOST_CHARACTERS } from '../../src/models/event-stream.js';

/** All that is found in these reads, and at their end. */
function parseAll(...reads: readonly (string | Uint8Array)[]): unknown[] {
  const parser = new EventParser();
  const values = reads.flatMap((read) => [...parser.push(Buffer.from(read))]);
  return [...values, ...parser.end()];
}

test.each([
  ['LF', 'data: {"a":1}\n\ndata: {"a":2}\n\n', [{ a: 1 }, { a: 2 }]],
  ['CRLF', 'data: {"a":1}\r\n\r\ndata: {"a":2}\r\n\r\n', [{ a: 1 }, { a: 2 }]],
  ['CR', 'data: {"a":1}\r\rdata: {"a":2}\r\r', [{ a: 1 }, { a: 2 }]],
  ['a byte order mark', '\ufeffdata: {"a":1}\n\n', [{ a: 1 }]],
  [
    'comments, ids, retry times and unknown fields',
    ': hi\nid: 7\nretry: 5\nwhat: x\ndata: 1\n\n: bye\n\n',
    [1],
  ],
  ['no space after the colon', 'data:{"a":1}\n\n', [{ a: 1 }]],
  ['data over several lines', 'data: {"a":\ndata: 1}\n\n', [{ a: 1 }]],
  ['empty events', 'data:\n\ndata: 1\n\n\n\n', [1]],
  ['text beyond ASCII', 'data: "日本 🌸 é"\n\n', ['日本 🌸 é']],
  ['no blank line at the end', 'data: 1\n\ndata: 2', [1, 2]],
  ['a last event cut short', 'data: 1\n\ndata: {"a"', [1]],
  ['nothing after [DONE]', 'data: 1\n\ndata: [DONE]\n\ndata: 2\n\n', [1]],
  ['an error event', 'event: error\ndata: {"message":"no"}\n\n', [{ error: { message: 'no' } }]],
  [
    'an error event that wraps it',
    'event: error\ndata: {"error":{"message":"no"}}\n\n',
    [{ error: { message: 'no' } }],
  ],
  ['an error event in words', 'event: error\ndata: overloaded\n\n', [{ error: 'overloaded' }]],
  ['one document', ' \n {"a":\n1}\n', [{ a: 1 }]],
  ['one document that is a list', '[1]', [[1]]],
  ['white space', ' \n\n ', []],
  ['nothing', '', []],
])('%s, in one read and byte by byte', (_, text, values) => {
  expect(parseAll(text)).toEqual(values);
  expect(parseAll(...[...Buffer.from(text)].map((byte) => Uint8Array.of(byte)))).toEqual(values);
});

test('a read gives the events that it completes', () => {
  const parser = new EventParser();
  expect(parser.push(Buffer.from('data: 1\n\ndata: 2\n\nda'))).toEqual([1, 2]);
  expect(parser.push(Buffer.from('ta: 3\n'))).toEqual([]);
  expect(parser.push(Buffer.from('\ndata: [DONE]\n\n'))).toEqual([3]);
  expect(parser.done).toBe(true);
});

test('markup is told apart', () => {
  const parser = new EventParser();
  expect(parser.push(Buffer.from('\n<!doctype html>'))).toEqual([]);
  expect(parser.format).toBe('markup');
});

test.each([
  ['data: 1\n\ndata: {nope}\n\ndata: 2\n\n', [1], "invalid_response: event 2 of the stream isn't JSON"],
  ['{"a":', [], 'stream_cut: the answer ended in the middle of its JSON'],
])('%j fails after what came before it', (text, values, failure) => {
  const parser = new EventParser();
  expect([...parser.push(Buffer.from(text)), ...parser.end()]).toEqual(values);
  expect(`${parser.failure?.code}: ${parser.failure?.message}`).toBe(failure);
});

const READ = 64 * 1024;

test.each([
  ['an event', 'data: "', '"\n\n'],
  ['a document', '"'.replace('"', '["'), '"]'],
])('%s of 16 MiB passes, and is read in linear time', (_, before, after) => {
  const parser = new EventParser();
  const length = MOST_CHARACTERS - 4;
  parser.push(Buffer.from(before));
  const read = Buffer.alloc(READ, 'x');
  for (let sent = 0; sent < length; sent += READ) {
    expect(parser.push(sent + READ > length ? read.subarray(0, length - sent) : read)).toEqual([]);
  }
  const [value] = [...parser.push(Buffer.from(after)), ...parser.end()].flat();
  expect((value as string).length).toBe(length);
});

test.each([
  ['data: "', 'event 1 of the stream has more than 16 MiB'],
  ['["', 'the answer has more than 16 MiB'],
])('more than that, begun with %s, fails', (before, message) => {
  const parser = new EventParser();
  parser.push(Buffer.from(before));
  for (let reads = 0; reads < 17; reads++) parser.push(Buffer.alloc(1024 * 1024, 'x'));
  expect(parser.failure).toMatchObject({ code: 'invalid_response', message });
});
