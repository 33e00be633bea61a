import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileCallbackHandler, type FileHandlerOptions } from '../../src/callbacks/file.js';
import { ChainError } from '../../src/errors.js';
import { type ChainEvent, EVENT_TYPES } from '../../src/events.js';
import { createRedactor } from '../../src/safety/redactor.js';
import { EVENT_SAMPLES } from './event-samples.js';

let folder: string;
let warnings: string[];
let handlers: FileCallbackHandler[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chain-file-'));
  warnings = [];
  handlers = [];
});

afterEach(async () => {
  for (const handler of handlers) await handler.close();
  rmSync(folder, { recursive: true, force: true });
});

/** As it is written: the events that open a root are marked. */
function toLine(event: ChainEvent): string {
  if (event.parentRunId !== null || !('metadata' in event)) return JSON.stringify(event);
  const { type, ...fields } = event;
  return JSON.stringify({ type, schema: 1, ...fields });
}

function make(name = 'output.log', options: FileHandlerOptions = {}): FileCallbackHandler {
  const onWarning = (text: string) => warnings.push(text);
  const handler = new FileCallbackHandler(join(folder, name), { onWarning, ...options });
  handlers.push(handler);
  return handler;
}

/** What the file holds after these events. */
function write(events: readonly ChainEvent[], options: FileHandlerOptions = {}, name = 'output.log'): string {
  const handler = make(name, options);
  for (const event of events) handler.onEvent(event);
  return readFileSync(handler.path, 'utf8');
}

const all: readonly ChainEvent[] = EVENT_TYPES.map((type) => EVENT_SAMPLES[type]);
const { chainStart, chainEnd, chatModelStart, llmNewToken, llmEnd, text, retry, llmError } = EVENT_SAMPLES;

test('has a name, and the path as it was given', () => {
  const handler = make();
  expect([handler.name, handler.path]).toEqual(['FileCallbackHandler', join(folder, 'output.log')]);
});

test('fails when it is made, not later, where it cannot write', () => {
  expect(() => make('.')).toThrow(ChainError);
  expect(() => make('.')).toThrow(/^cannot write to the log file .+: it is a folder$/);
});

describe('as text', () => {
  test('a run', () => {
    expect(write([chainStart, text, chatModelStart, retry, llmNewToken, llmEnd, chainEnd])).toBe(
      [
        '2026-11-21 13:02:48.123 | INFO     | [1a2b3c4d] chainStart LLMChain {"number":2}, tags sums test, metadata {"file":"add.txt"}',
        '2026-11-21 13:02:48.123 | INFO     | [1a2b3c4d] text LLMChain prompt: 1 + 2 = ',
        '2026-11-21 13:02:48.123 | INFO     | [5e6f7a8b] chatModelStart ChatOpenAI gpt-5-mini (openai), {"temperature":0,"stop":["\\n\\n"]}, tools calculator, in 1a2b3c4d:',
        '    System: Add.',
        '    Human: 1 + 2 = ',
        '    AI: ',
        '    Tool: 3',
        '2026-11-21 13:02:48.123 | WARNING  | [5e6f7a8b] retry ChatOpenAI attempt 1, in 500 ms: 429 Too Many Requests',
        '2026-11-21 13:02:48.123 | INFO     | [5e6f7a8b] llmEnd ChatOpenAI gpt-5-mini-2025-08-07, stop, 12 in (8 cached) + 3 out = 15 tokens (reported), $0.00012, first token 320 ms, 640 ms, calls calculator({"sum":"1+2"}):',
        '    It is',
        '    3',
        '2026-11-21 13:02:48.123 | INFO     | [1a2b3c4d] chainEnd LLMChain 12 in (8 cached) + 3 out = 15 tokens (reported), 645 ms: {"text":"3"}',
        '',
      ].join('\n'),
    );
  });

  test('lists tokens only when asked to', () => {
    expect(write([llmNewToken])).toBe('');
    expect(write([llmNewToken], { tokens: true })).toBe(
      '2026-11-21 13:02:48.123 | DEBUG    | [5e6f7a8b] llmNewToken ChatOpenAI 3: " the"\n',
    );
  });

  test('every event but a token is one record, whose level is at one place', () => {
    const lines = write(all).trimEnd().split('\n');
    const records = lines.filter((line) => !line.startsWith('    '));
    const types = EVENT_TYPES.filter((type) => type !== 'llmNewToken');
    expect(records.map((line) => line.replace(/^.{23} \| [A-Z]+ +\| \[.{8}\] (\w+) .*$/, '$1'))).toEqual(
      types,
    );
  });

  test('no control sequence of a model gets into it, nor a record of its making', () => {
    const evil = '\x1b]0;title\x07\x1b[31mred\r\n2026-11-21 13:02:48.123 | CRITICAL | forged\u202e';
    const written = write([
      { ...llmEnd, text: evil },
      { ...llmNewToken, token: evil },
      { ...llmError, text: evil, name: evil, error: { name: evil, code: evil, message: evil } },
      { ...chainEnd, outputs: { text: evil } },
    ]);
    expect(written).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u202e]/);
    expect(written).toContain(
      '\\x1b]0;title\\x07\\x1b[31mred\\x0d\n    2026-11-21 13:02:48.123 | CRITICAL | forged\\u202e\n',
    );
    const records = written.split('\n').filter((line) => line.startsWith('2026'));
    expect(records.map((line) => line.slice(26, 34))).toEqual(['INFO    ', 'ERROR   ', 'INFO    ']);
  });

  test('has colours only when asked to, of its own making', () => {
    expect(write([chainStart])).not.toContain('\x1b');
    expect(write([{ ...text, text: '\x1b[5m' }], { colorize: true }, 'colored.log')).toBe(
      '\x1b[32m2026-11-21 13:02:48.123\x1b[39m | \x1b[1mINFO    \x1b[22m | ' +
        '\x1b[1m[1a2b3c4d] text LLMChain prompt: \\x1b[5m\x1b[22m\n',
    );
  });

  test('masks what is to be masked', () => {
    const redact = (given: string) => given.replaceAll('sk-"secret"', '***');
    expect(
      write([{ ...chainStart, inputs: { key: 'sk-"secret"', more: ['x sk-"secret"'] } }], { redact }),
    ).toBe(
      '2026-11-21 13:02:48.123 | INFO     | [1a2b3c4d] chainStart LLMChain {"key":"***","more":["x ***"]}, tags sums test, metadata {"file":"add.txt"}\n',
    );
  });
});

describe('as JSON lines', () => {
  test.each<[string, FileHandlerOptions]>([
    ['output.jsonl', {}],
    ['output.log', { format: 'jsonl' }],
  ])('%s holds every event, word for word', (name, options) => {
    const evil = { ...llmNewToken, token: '\x1b[31m"\\\r\n\u2028\ud800 花' };
    const lines = write([...all, evil], options, name).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines).toEqual([...all, evil].map(toLine));
  });

  test('the event that opens a root says which version of the schema its lines follow', () => {
    const rootModel = { ...chatModelStart, parentRunId: null };
    const lines = write([chainStart, chatModelStart, rootModel, chainEnd], { format: 'jsonl' });
    const marks = lines
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).schema);
    expect(marks).toEqual([1, undefined, 1, undefined]);
    expect(lines).toMatch(/^\{"type":"chainStart","schema":1,"runId"/);
    expect(chainStart).not.toHaveProperty('schema');
  });

  test('a text is a text whatever the name says', () => {
    expect(write([text], { format: 'text' }, 'output.jsonl')).toMatch(/\| INFO {5}\| \[1a2b3c4d\] text/);
  });

  test('masks every text but what tells runs apart', () => {
    const redact = (given: string) => given.replace(/[a-z0-9]/g, '*');
    const events: ChainEvent[] = [{ ...chainStart, inputs: { name: 'x1', N: 2 } }, retry];
    const lines = write(events, { redact, format: 'jsonl' }).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        ...chainStart,
        schema: 1,
        name: 'LLMC****',
        inputs: { name: '**', N: 2 },
        tags: ['****', '****'],
        metadata: { '****': '***.***' },
      },
      { ...retry, name: 'C***O***AI', reason: '*** T** M*** R*******' },
    ]);
  });

  test('masks tokens as the text that they are, and writes a line for each', () => {
    const tokens = ['A key: sk-', 'abc', 'def', ' it', ' is'];
    const events = tokens.map((token, index) => ({ ...llmNewToken, token, index, time: index }));
    const handler = make('output.jsonl', { redact: createRedactor() });
    const lines = () => readFileSync(handler.path, 'utf8').split('\n').slice(0, -1);
    const seen: number[] = [];
    for (const event of events) {
      handler.onEvent(event);
      seen.push(lines().length);
    }
    expect(seen).toEqual([0, 0, 0, 4, 5]);
    const masked = ['A key: ***', '', '', ' it', ' is'];
    expect(lines()).toEqual(events.map((event, index) => JSON.stringify({ ...event, token: masked[index] })));
  });

  test.each(['llmEnd', 'llmError', 'close', 'enqueue, close'])(
    'writes tokens that are held back before: %s',
    async (what) => {
      const enqueue = what.startsWith('enqueue');
      const handler = make('output.jsonl', { redact: createRedactor(), enqueue });
      handler.onEvent({ ...llmNewToken, token: 'sk-abc' });
      handler.onEvent({ ...llmNewToken, token: 'defgh' });
      if (what.endsWith('close')) await handler.close();
      else handler.onEvent(EVENT_SAMPLES[what as 'llmEnd']);
      const lines = readFileSync(handler.path, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(lines.slice(0, 2).map(({ token }) => token)).toEqual(['***', '']);
      expect(lines.slice(2).map(({ type }) => type)).toEqual(what.endsWith('close') ? [] : [what]);
    },
  );

  test('an event that JSON cannot hold is a line that says so', () => {
    const written = write([{ ...chainStart, inputs: { big: 1n } }, text], { format: 'jsonl' }).split('\n');
    const { type, runId, parentRunId, name, time } = chainStart;
    expect(JSON.parse(written[0]!)).toEqual({
      type,
      runId,
      parentRunId,
      name,
      time,
      unwritable: expect.stringContaining('BigInt'),
    });
    expect(JSON.parse(written[1]!)).toEqual(text);
  });
});

test('an event that cannot be shown is a record that says so', () => {
  expect(write([{ ...chainStart, inputs: { big: 1n } }])).toMatch(
    /\| \[1a2b3c4d\] chainStart LLMChain could not be shown: .*BigInt.*\n$/,
  );
});

describe('without content', () => {
  test('a text has the tree, tokens, cost and times', () => {
    expect(write(all, { content: false, tokens: true })).toBe(
      [
        'INFO     | [1a2b3c4d] chainStart LLMChain',
        'INFO     | [1a2b3c4d] chainEnd LLMChain 12 in (8 cached) + 3 out = 15 tokens (reported), 645 ms',
        'ERROR    | [1a2b3c4d] chainError LLMChain server_error, 12 ms: ChainError',
        'INFO     | [5e6f7a8b] llmStart OpenAI gpt-5-mini (openai), in 1a2b3c4d',
        'INFO     | [5e6f7a8b] chatModelStart ChatOpenAI gpt-5-mini (openai), in 1a2b3c4d',
        'INFO     | [5e6f7a8b] llmEnd ChatOpenAI gpt-5-mini-2025-08-07, stop, 12 in (8 cached) + 3 out = 15 tokens (reported), $0.00012, first token 320 ms, 640 ms',
        'ERROR    | [5e6f7a8b] llmError ChatOpenAI gpt-5-mini, server_error, 12 in (8 cached) + 3 out = 15 tokens (reported), 1.23 s, no price: ChainError',
        'WARNING  | [5e6f7a8b] retry ChatOpenAI attempt 1, in 500 ms',
        'INFO     | [9c0d1e2f] toolStart calculator call_1, in 1a2b3c4d',
        'INFO     | [9c0d1e2f] toolEnd calculator 2 ms',
        'ERROR    | [9c0d1e2f] toolError calculator server_error, 2 ms: ChainError',
        'INFO     | [1a2b3c4d] agentAction LLMChain calculator',
        'INFO     | [1a2b3c4d] agentFinish LLMChain',
        'INFO     | [3a4b5c6d] retrieverStart notes in 1a2b3c4d',
        'INFO     | [3a4b5c6d] retrieverEnd notes 5 ms',
        'ERROR    | [3a4b5c6d] retrieverError notes server_error, 5 ms: ChainError',
        'INFO     | [1a2b3c4d] customEvent LLMChain progress',
        '',
      ]
        .map((line) => (line === '' ? '' : `2026-11-21 13:02:48.123 | ${line}`))
        .join('\n'),
    );
  });

  test('JSON lines say in a root that it is left out', () => {
    const [first, second] = write([chainStart, chatModelStart], { content: false }, 'output.jsonl').split(
      '\n',
    );
    expect(first).toBe(
      '{"type":"chainStart","schema":1,"content":false,"runId":"1a2b3c4d-0000-4000-8000-000000000001",' +
        `"parentRunId":null,"name":"LLMChain","time":${chainStart.time},"tags":[],"metadata":{},"inputs":{}}`,
    );
    expect(JSON.parse(second!)).not.toHaveProperty('content');
  });
});

test('a mask that throws lets nothing through', () => {
  const redact = () => {
    throw new Error('no mask');
  };
  expect(write([text], { redact })).not.toContain('1 + 2');
  const line = JSON.parse(write([text], { redact }, 'output.jsonl')) as object;
  expect(line).toMatchObject({ type: 'text', unwritable: 'no mask' });
  expect(line).not.toHaveProperty('text');
});

test('enqueue writes when the program waits, on flush, and on close', async () => {
  const handler = make('output.jsonl', { enqueue: true });
  const lines = () => readFileSync(handler.path, 'utf8').split('\n').length - 1;
  handler.onEvent(text);
  expect(lines()).toBe(0);
  await new Promise((resolve) => setImmediate(resolve));
  expect(lines()).toBe(1);
  handler.onEvent(text);
  handler.flush();
  expect(lines()).toBe(2);
  handler.onEvent(text);
  await handler.close();
  expect(lines()).toBe(3);
});

test('what comes after it was closed is a warning', async () => {
  const handler = make();
  await handler.close();
  await handler.close();
  handler.onEvent(text);
  expect(readFileSync(handler.path, 'utf8')).toBe('');
  expect(warnings).toEqual([`the log file ${handler.path} was closed before the last records came`]);
});

test.runIf(process.platform !== 'win32')('a root run looks whether the file was moved away', () => {
  const handler = make('output.jsonl');
  handler.onEvent(text);
  renameSync(handler.path, `${handler.path}.1`);
  handler.onEvent(chatModelStart);
  expect(existsSync(handler.path)).toBe(false);
  handler.onEvent(chainStart);
  expect(readFileSync(handler.path, 'utf8')).toBe(`${toLine(chainStart)}\n`);
});

test('two handlers of one path write their lines in turn', () => {
  const one = make('output.log', { format: 'jsonl' });
  const two = make('output.log', { format: 'jsonl', enqueue: true });
  for (const handler of [one, two, one, two]) handler.onEvent(text);
  one.flush();
  expect(readFileSync(one.path, 'utf8')).toBe(`${JSON.stringify(text)}\n`.repeat(4));
});
