import type { Reply } from '../models/loopback.js';
import type { FaultCase } from './fault-case.js';
import { choice, DONE, say, stop, usage } from './wire.js';

/** What a stream has in it, and what it makes of that. */
export interface StreamCase extends FaultCase {
  /** All its bytes, as text. */
  readonly sends: string;
}

type Row = Omit<StreamCase, 'replies' | 'calls'> & {
  /** After all of it was sent, in place of an end. */
  readonly ending?: 'breaks' | 'stalls';
  readonly calls?: number;
};

const CUT = 'HOST broke off before the answer was whole';
const nothing =
  'HOST answered 200 with no completion in it (text/event-stream)\nIs the base URL right? It is what stands before /chat/completions, often ending in /v1.';
const tokens = (inputTokens: number, outputTokens: number) =>
  ({ usage: { inputTokens, outputTokens, source: 'reported' } }) as const;
const estimated = { usage: { source: 'estimated' } } as const;
const call = (fields: object, named: object, finish_reason: string | null = null) =>
  choice({ delta: { role: 'assistant', tool_calls: [{ ...fields, function: named }] }, finish_reason });
/** How a stream should end, and what the log then says. */
const END = stop() + usage(3, 1) + DONE;
const ENDED = tokens(3, 1);
const data = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;

const MIB = 1024 * 1024;
/** `Hello` in an event of so many characters. */
const large = (length: number) => {
  const hello = { choices: [{ index: 0, delta: { role: 'assistant', content: 'Hello' } }], padding: '' };
  const padding = 'x'.repeat(length - JSON.stringify(hello).length);
  return data({ ...hello, padding });
};

const ROWS: readonly Row[] = [
  // It ends too early, or not at all.
  {
    fault: 'a stream that stalls',
    sends: say('Hel'),
    ending: 'stalls',
    flags: ['--timeout', '1'],
    answer: 'Hel',
    error: 'nothing more came from HOST for 1 s',
    code: 'timeout',
    logged: estimated,
  },
  {
    fault: 'a stream whose connection breaks',
    sends: say('Hel'),
    ending: 'breaks',
    answer: 'Hel',
    error: CUT,
    code: 'stream_cut',
    logged: estimated,
  },
  {
    fault: 'a stream that ends with neither a finish reason nor [DONE]',
    sends: say('Hel') + usage(3, 1),
    answer: 'Hel',
    error: CUT,
    code: 'stream_cut',
    logged: estimated,
  },
  {
    fault: 'a stream that ends inside an event',
    sends: say('Hel') + say('lo').slice(0, -9),
    answer: 'Hel',
    error: CUT,
    code: 'stream_cut',
  },
  {
    fault: 'no [DONE] after the finish reason',
    sends: say('Hello') + stop() + usage(3, 1),
    answer: 'Hello',
    logged: { finishReason: 'stop', ...ENDED },
  },
  {
    fault: 'a connection that breaks after the finish reason',
    sends: say('Hello') + usage(3, 1) + stop(),
    ending: 'breaks',
    answer: 'Hello',
    logged: { finishReason: 'stop', ...ENDED },
  },
  { fault: 'only [DONE]', sends: DONE, error: nothing, code: 'invalid_response' },
  { fault: 'nothing at all', sends: '', error: nothing, code: 'invalid_response' },
  {
    fault: 'more after [DONE]',
    sends: say('Hello') + END + say(' more') + data({ error: { message: 'late' } }),
    answer: 'Hello',
    logged: ENDED,
  },
  {
    fault: 'no end after [DONE]',
    sends: say('Hello') + END,
    ending: 'stalls',
    answer: 'Hello',
    logged: ENDED,
  },

  // Its form.
  {
    fault: 'an event that is not JSON',
    sends: `${say('Hel')}data: {"choices":[{"delta":{"content":"geheim"\n\n${say('lo')}${stop()}${DONE}`,
    answer: 'Hel',
    error: "event 2 of the stream isn't JSON",
    code: 'invalid_response',
  },
  {
    fault: 'CR alone at the ends of lines',
    sends: (say('Hel') + say('lo') + END).replaceAll('\n', '\r'),
    answer: 'Hello',
    logged: ENDED,
  },
  {
    fault: 'CRLF, comments, ids and retry times',
    sends: `: hi\n${say('Hel')}id: 7\nretry: 5\n${say('lo')}: still there\n\n${END}`.replaceAll('\n', '\r\n'),
    answer: 'Hello',
    logged: ENDED,
  },
  {
    fault: 'a byte order mark, empty data, and data over several lines',
    sends: `\ufeffdata\n\ndata:\n\n${say('你').replace(',"', ',\ndata: "')}data: {"choices":[{"index":0,"delta":\ndata: {"content":"好 🌸"}}]}\n\n${stop()}${usage(3, 1)}data:[DONE]\n\n`,
    answer: '你好 🌸',
    logged: ENDED,
  },
  {
    fault: 'choices or delta missing, null or empty',
    sends:
      [{ choices: null }, { choices: [] }, { choices: [null] }, { ping: 1 }, null, 7].map(data).join('') +
      [{}, { delta: null }, { delta: {} }, { delta: { content: null, tool_calls: null } }]
        .map(choice)
        .join('') +
      say('Hello') +
      END,
    answer: 'Hello',
    logged: ENDED,
  },
  {
    fault: '`__proto__` in an event',
    sends:
      `data: {"__proto__":{"error":"x"},"choices":[{"index":0,"__proto__":{"finish_reason":"length"},"delta":{"role":"assistant","__proto__":{"content":"no","refusal":"no"}}}]}\n\n` +
      say('Hello') +
      call(
        { index: 0, id: 'a', type: 'function' },
        { name: '__proto__', arguments: '{"__proto__":1}' },
        'tool_calls',
      ) +
      usage(3, 1) +
      DONE,
    answer: 'Hello',
    logged: {
      finishReason: 'tool_calls',
      toolCalls: [{ id: 'a', name: '__proto__', arguments: '{"__proto__":1}' }],
    },
  },
  {
    fault: 'an event of 16 MiB',
    sends: large(16 * MIB) + END,
    answer: 'Hello',
    logged: ENDED,
  },
  {
    fault: 'an event of more than 16 MiB',
    sends: say('Hel') + large(16 * MIB + 1) + stop() + DONE,
    answer: 'Hel',
    error: 'event 2 of the stream has more than 16 MiB',
    code: 'invalid_response',
  },

  // An error inside it, in the forms that servers give it.
  ...[
    ['an error object in the stream', data({ error: { message: 'Out of memory', code: 500 } })],
    ['an `event: error` in the stream', 'event: error\ndata: {"message":"Out of memory"}\n\n'],
    ['an error chunk in the stream', data({ object: 'error', message: 'Out of memory', code: 500 })],
    [
      'an error in a choice of the stream',
      choice({
        delta: { content: '' },
        finish_reason: 'error',
        error: { message: 'Out of memory', code: 502 },
      }),
    ],
  ].map(
    ([fault = '', sent = '']): Row => ({
      fault,
      sends: say('Hel') + sent + DONE,
      answer: 'Hel',
      error: 'HOST answered with an error: Out of memory',
      code: 'server_error',
    }),
  ),
  {
    fault: 'finish reason `error` without an error',
    sends: say('Hel') + stop('error') + DONE,
    answer: 'Hel',
    error: 'HOST answered with an error: it gave no reason',
    code: 'server_error',
  },

  // What it counts.
  {
    fault: 'no usage, or one that is null or empty',
    sends:
      say('Hello') + data({ choices: [], usage: null }) + data({ choices: [], usage: {} }) + stop() + DONE,
    answer: 'Hello',
    logged: estimated,
  },
  {
    fault: 'usage that is repeated and grows',
    sends:
      [1, 2, 2].map((count) => say('x') + usage(3, count)).join('') +
      stop() +
      usage(3, 3) +
      usage(3, 3) +
      DONE,
    answer: 'xxx',
    logged: tokens(3, 3),
  },

  // What else is in it.
  {
    fault: 'an empty answer',
    sends: say('') + stop() + usage(3, 0) + DONE,
    logged: { finishReason: 'stop', ...tokens(3, 0) },
  },
  {
    fault: 'two tool calls under one index',
    sends:
      call({ index: 0, id: 'a', type: 'function' }, { name: 'add', arguments: '{"x":1}' }) +
      call({ index: 0, id: 'b', type: 'function' }, { name: 'add', arguments: '{"x":2}' }, 'tool_calls') +
      usage(3, 1) +
      DONE,
    logged: {
      toolCalls: [
        { id: 'a', name: 'add', arguments: '{"x":1}' },
        { id: 'b', name: 'add', arguments: '{"x":2}' },
      ],
    },
  },
  {
    fault: 'a tool call in pieces',
    sends:
      call({ index: 0, id: 'a', type: 'function' }, { name: 'add', arguments: '' }) +
      call({ index: 1, id: 'b', type: 'function' }, { name: 'now' }) +
      ['{"x"', ':', '"1 + ', '2"}'].map((part) => call({ index: 0 }, { arguments: part })).join('') +
      stop('tool_calls') +
      usage(3, 1) +
      DONE,
    logged: {
      toolCalls: [
        { id: 'a', name: 'add', arguments: '{"x":"1 + 2"}' },
        { id: 'b', name: 'now', arguments: '' },
      ],
    },
  },
  {
    fault: 'a tool call that is cut short',
    sends: call({ index: 0, id: 'a', type: 'function' }, { name: 'add', arguments: '{"x":' }),
    flags: ['--retries', '0'],
    error: CUT,
    code: 'stream_cut',
  },
];

export const STREAM_CASES: readonly StreamCase[] = ROWS.map(({ ending, ...row }) => ({
  calls: 1,
  ...row,
  replies: [streamed(row.sends, ending)],
}));

function streamed(text: string, ending: Row['ending']): Reply {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if (ending === undefined) response.end(text);
    else response.write(text, () => ending === 'breaks' && response.destroy());
  };
}
