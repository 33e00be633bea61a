import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { runInContext } from '../../src/callbacks/context.js';
import { FileCallbackHandler } from '../../src/callbacks/file.js';
import {
  createLogger,
  type Logger,
  type LogTargetOptions,
  logger as ours,
} from '../../src/callbacks/logger.js';
import { ChainError } from '../../src/errors.js';
import { bundle, run } from './bundled.js';
import { EVENT_SAMPLES } from './event-samples.js';

const TIME = '2026-11-21 13:02:48.123';

/** A stream that keeps what it is given. */
class Screen extends Writable {
  text = '';
  constructor(readonly isTTY = false) {
    super({ decodeStrings: false });
  }
  override _write(chunk: string, _encoding: string, done: () => void) {
    this.text += chunk;
    done();
  }
}

let folder: string;
let file: string;
let screen: Screen;
let logger: Logger;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(2026, 10, 21, 13, 2, 48, 123) });
  for (const name of ['NO_COLOR', 'FORCE_COLOR', 'TERM']) vi.stubEnv(name, undefined);
  folder = mkdtempSync(join(tmpdir(), 'chain-logger-'));
  file = join(folder, 'output.log');
  screen = new Screen();
  logger = createLogger(() => screen);
});

afterEach(() => {
  logger.remove();
  vi.useRealTimers();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const read = (path = file) => readFileSync(path, 'utf8');

/** All levels, least severe first. */
function logAll(): void {
  logger.trace('1');
  logger.debug('2');
  logger.info('3');
  logger.success('4');
  logger.warning('5');
  logger.error('6');
  logger.critical('7');
}

describe('out of the box', () => {
  test('writes to stderr, debug and above, when the call returns', () => {
    logAll();
    expect(screen.text).toBe(
      [
        `${TIME} | DEBUG    | 2`,
        `${TIME} | INFO     | 3`,
        `${TIME} | SUCCESS  | 4`,
        `${TIME} | WARNING  | 5`,
        `${TIME} | ERROR    | 6`,
        `${TIME} | CRITICAL | 7`,
        '',
      ].join('\n'),
    );
  });

  test.each<[string, boolean, Record<string, string>, boolean]>([
    ['a terminal', true, {}, true],
    ['no terminal', false, {}, false],
    ['a terminal without colour', true, { NO_COLOR: '1' }, false],
    ['colour by force', false, { FORCE_COLOR: '1' }, true],
  ])('%s', (_, isTTY, env, colored) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const terminal = new Screen(isTTY);
    createLogger(() => terminal).success('done');
    expect(terminal.text).toBe(
      colored
        ? `\x1b[32m${TIME}\x1b[39m | \x1b[32m\x1b[1mSUCCESS \x1b[22m\x1b[39m | \x1b[32m\x1b[1mdone\x1b[22m\x1b[39m\n`
        : `${TIME} | SUCCESS  | done\n`,
    );
  });

  test('the process has one', () => {
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      ours.warning('careful');
      expect(stderr.mock.calls.map(([text]) => text)).toEqual([expect.stringMatching(/ \| .*careful/)]);
    } finally {
      ours.remove();
    }
    ours.warning('unheard');
    expect(stderr).toHaveBeenCalledTimes(1);
    stderr.mockRestore();
  });
});

describe('add', () => {
  test('a file, beside stderr', () => {
    logger.add(file);
    logger.info('The sum is\n3', { by: 'model' });
    expect(read()).toBe(`${TIME} | INFO     | The sum is\n    3 { by: 'model' }\n`);
    expect(screen.text).toBe(read());
  });

  test.each<[string, LogTargetOptions, string]>([
    ['by default', {}, '234567'],
    ['trace', { level: 'trace' }, '1234567'],
    ['error', { level: 'error' }, '67'],
    ['a number', { level: 25 }, '4567'],
    ['a number between', { level: 31 }, '67'],
    ['zero', { level: 0 }, '1234567'],
  ])('levels: %s', (_, options, expected) => {
    logger.add(file, options);
    logAll();
    expect(read().replace(/.*\| (\d)\n/g, '$1')).toBe(expected);
  });

  test('colours in a file only when asked for', () => {
    vi.stubEnv('FORCE_COLOR', '1');
    logger.add(file);
    logger.add(join(folder, 'colored.log'), { colorize: true });
    logger.info('x');
    expect(read()).toBe(`${TIME} | INFO     | x\n`);
    expect(read(join(folder, 'colored.log'))).toBe(
      `\x1b[32m${TIME}\x1b[39m | \x1b[1mINFO    \x1b[22m | \x1b[1mx\x1b[22m\n`,
    );
  });

  test.each<[string, LogTargetOptions]>([
    ['output.jsonl', {}],
    ['output.log', { serialize: true }],
  ])('JSON lines: %s %j', (name, options) => {
    const path = join(folder, name);
    logger.add(path, options);
    logger.info('a\nb', 1);
    expect(JSON.parse(read(path))).toEqual({
      type: 'log',
      time: Date.now(),
      level: 'info',
      runId: null,
      message: 'a\nb',
      extra: [1],
    });
    expect(read(path).split('\n')).toHaveLength(2);
  });

  test('a stream', async () => {
    const stream = new PassThrough();
    logger.add(stream, { level: 'warning' });
    logger.info('no');
    logger.error('yes');
    await logger.complete();
    expect(String(stream.read())).toBe(`${TIME} | ERROR    | yes\n`);
  });

  test('enqueued records are written by complete, or a little later', async () => {
    logger.add(file, { enqueue: true });
    logger.info('1');
    expect(read()).toBe('');
    await logger.complete();
    expect(read()).toBe(`${TIME} | INFO     | 1\n`);
    logger.info('2');
    await new Promise((resolve) => setImmediate(resolve));
    expect(read()).toBe(`${TIME} | INFO     | 1\n${TIME} | INFO     | 2\n`);
  });

  test('many targets are no leak', () => {
    const warned = vi.spyOn(process, 'emitWarning').mockReturnValue();
    for (let index = 0; index < 12; index += 1) logger.add(join(folder, `${index}.log`));
    logger.info('x');
    expect(warned).not.toHaveBeenCalled();
    expect(read(join(folder, '11.log'))).toBe(read(join(folder, '0.log')));
    warned.mockRestore();
  });

  test('says what is wrong, and adds nothing', () => {
    expect(() => logger.add(folder)).toThrow(/it is a folder$/);
    expect(() => logger.add(file, { level: 'loud' as 'info' })).toThrow(ChainError);
    expect(() => logger.add(file, { level: 51 })).toThrow('there is no log level 51');
    expect(logger.add(file)).toBe(1);
  });
});

describe('remove', () => {
  test('ends one target, by its id', () => {
    const first = logger.add(file);
    const second = logger.add(join(folder, 'second.log'));
    expect([first, second]).toEqual([1, 2]);
    logger.info('1');
    logger.remove(first);
    logger.info('2');
    logger.remove(0);
    logger.info('3');
    const messages = [read(), read(join(folder, 'second.log')), screen.text].map((text) =>
      text.match(/\d$/gm),
    );
    expect(messages).toEqual([['1'], ['1', '2', '3'], ['1', '2']]);
  });

  test('ends all; what is added later is heard', () => {
    logger.remove();
    logger.info('1');
    logger.add(file);
    logger.info('2');
    logger.remove();
    logger.info('3');
    logger.add(file);
    logger.info('4');
    expect(screen.text).toBe('');
    expect(read()).toBe(`${TIME} | INFO     | 2\n${TIME} | INFO     | 4\n`);
  });

  test('stderr can go before anything was logged', () => {
    logger.remove(0);
    expect(() => logger.remove(0)).toThrow('the logger has no target 0');
    logger.error('x');
    expect(screen.text).toBe('');
  });

  test('lets go of the file, all of it written', () => {
    const id = logger.add(file, { enqueue: true });
    logger.info('1');
    logger.remove(id);
    expect(read()).toBe(`${TIME} | INFO     | 1\n`);
    rmSync(file);
    logger.add(file);
    logger.info('2');
    expect(read()).toBe(`${TIME} | INFO     | 2\n`);
  });

  test('knows its targets', () => {
    logger.add(file);
    expect(() => logger.remove(7)).toThrow(
      expect.objectContaining({ code: 'invalid_argument', hint: 'There is 0, 1.' }),
    );
  });
});

describe('a record', () => {
  test('carries the id of the run that it is logged in', () => {
    logger.add(join(folder, 'output.jsonl'));
    const { runId } = EVENT_SAMPLES.chainStart;
    runInContext({ scoped: [], parent: null, muted: [], runId }, () => logger.info('x'));
    expect(screen.text).toBe(`${TIME} | INFO     | [1a2b3c4d] x\n`);
    expect(JSON.parse(read(join(folder, 'output.jsonl')))).toMatchObject({
      runId: EVENT_SAMPLES.chainStart.runId,
    });
  });

  test('of an error has its stack in files', () => {
    const error = new RangeError('too much');
    logger.add(file);
    logger.error(error);
    logger.error('failed:', error);
    expect(screen.text).toBe(
      `${TIME} | ERROR    | RangeError: too much\n${TIME} | ERROR    | failed: RangeError: too much\n`,
    );
    expect(read().match(/^ {8,}at .*logger\.test\.ts/gm)?.length).toBeGreaterThanOrEqual(2);
  });

  test('brings no control sequence to a terminal', () => {
    screen = new Screen(true);
    logger.info('\x1b]0;title\x07', { a: '\x1b[2J' });
    expect(screen.text.replace(/\x1b\[\d+m/g, '')).not.toMatch(/[\0-\x08\x0b-\x1f]/);
  });

  test('can be logged by a method on its own', () => {
    const { info } = logger;
    info('x');
    expect(screen.text).toBe(`${TIME} | INFO     | x\n`);
  });
});

test('a stream that fails is written to no more, and harms nobody', async () => {
  const broken = new Writable({
    write(_chunk, _encoding, done) {
      done(new Error('EPIPE'));
    },
  });
  const write = vi.spyOn(broken, 'write');
  logger.add(broken);
  logger.info('1');
  await new Promise((resolve) => setImmediate(resolve));
  logger.info('2');
  await logger.complete();
  expect(write).toHaveBeenCalledTimes(1);
  expect(screen.text.match(/\d$/gm)).toEqual(['1', '2']);
});

test.each([false, true])('shares the file with a handler, line by line (enqueue: %s)', async (enqueue) => {
  const handler = new FileCallbackHandler(file);
  logger.add(file, { enqueue });
  const { text, chainEnd } = EVENT_SAMPLES;
  handler.onEvent(text);
  logger.info('the answer');
  handler.onEvent(chainEnd);
  await handler.close();
  logger.info('afterwards');
  await logger.complete();
  expect(read().replace(/^.*\| /gm, '')).toBe(
    '[1a2b3c4d] text LLMChain prompt: 1 + 2 = \n' +
      'the answer\n' +
      '[1a2b3c4d] chainEnd LLMChain 12 in (8 cached) + 3 out = 15 tokens (reported), 645 ms: {"text":"3"}\n' +
      'afterwards\n',
  );
});

describe('in a bundle', () => {
  let home: string;
  let program: string;

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'chain-logger-'));
    program = await bundle(
      `
      import { logger } from './callbacks/logger.js';
      const [path, colorize] = process.argv.slice(2);
      logger.add(path, { colorize: colorize === 'true', enqueue: true });
      logger.info('first');
      logger.success('second');
      process.exit(0);
    `,
      home,
    );
  });

  afterAll(() => rmSync(home, { recursive: true, force: true }));

  test('nothing is lost at the end', async () => {
    const path = join(home, 'output.log');
    const { stderr, code } = await run(program, [path, 'false']);
    expect(read(path).replace(/^.{23}/gm, '')).toBe(' | INFO     | first\n | SUCCESS  | second\n');
    expect(stderr).toBe(read(path));
    expect(code).toBe(0);
  });
});
