import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LineEditor } from '../../../src/cli/chat/line-editor.js';

const HISTORY = ['newest', 'older\n老'];
const UP = '\x1b[A';
const DOWN = '\x1b[B';
const LEFT = '\x1b[D';
const CTRL_C = '\x03';
const CTRL_D = '\x04';

let stdin: PassThrough & { setRawMode?(raw: boolean): unknown };
let output: PassThrough;
let modes: boolean[];
let editor: LineEditor;

beforeEach(() => {
  vi.stubEnv('TERM', 'xterm');
  modes = [];
  stdin = Object.assign(new PassThrough(), { setRawMode: (raw: boolean) => modes.push(raw) });
  output = Object.assign(new PassThrough(), { columns: 80, rows: 24 });
  editor = new LineEditor({
    stdin,
    output,
    complete: (line) => ['/memory', '/model'].filter((name) => name.startsWith(line)),
  });
  editor.open();
});
afterEach(() => {
  editor.close();
  vi.unstubAllEnvs();
});

async function typed(...chunks: readonly (string | Buffer)[]) {
  const line = editor.read('> ', HISTORY);
  for (const chunk of chunks) {
    stdin.write(chunk);
    await new Promise(setImmediate);
  }
  return line;
}

const line = (text: string) => ({ kind: 'line', text });

describe('a line', () => {
  it.each<{ what: string; keys: (string | Buffer)[]; text: string }>([
    { what: 'of keys', keys: ['h', 'i', '\r'], text: 'hi' },
    {
      what: 'of Chinese and emoji, taken away by characters',
      keys: ['你好👋', '\x7f\x7f', '!\r'],
      text: '你!',
    },
    { what: 'edited in the middle of emoji', keys: ['👋👋', LEFT, '好', '\r'], text: '👋好👋' },
    {
      what: 'in bytes cut anywhere',
      keys: [Buffer.from('你').subarray(0, 1), Buffer.from('你').subarray(1), '\r'],
      text: '你',
    },
    { what: 'completed', keys: ['/mo\t', '\r'], text: '/model' },
    { what: 'from the history', keys: [UP, '!\r'], text: 'newest!' },
    { what: 'of several lines from the history', keys: [UP, UP, UP, '!\r'], text: 'older\n老!' },
    { what: 'typed, left and come back to', keys: ['mine', UP, UP, DOWN, DOWN, DOWN, '!\r'], text: 'mine!' },
    { what: 'from the history by other keys', keys: ['\x10', '\x10', '\x0e', '\r'], text: 'newest' },
  ])('$what', async ({ keys, text }) => {
    expect(await typed(...keys)).toEqual(line(text));
  });
});

describe('a paste', () => {
  it.each<{ what: string; chunks: string[]; text: string }>([
    { what: 'at once', chunks: ['\x1b[200~a\rb\r\nc\x1b[201~', '\r'], text: 'a\nb\nc' },
    { what: 'in pieces', chunks: ['\x1b[20', '0~a\r', '\rb\x1b', '[201', '~', '\r'], text: 'a\n\nb' },
    { what: 'in the middle', chunks: ['ad', LEFT, '\x1b[200~b\rc\x1b[201~', '!\r'], text: 'ab\nc!d' },
    {
      what: 'with tabs and control characters',
      chunks: ['\x1b[200~\ta\x07\x1b[2Jb\x1b[201~\r'],
      text: '\tab',
    },
    { what: 'followed by a tilde', chunks: ['\x1b[200~a\x1b[201~~\r'], text: 'a~' },
    { what: 'twice', chunks: ['\x1b[200~a\x1b[201~\x1b[200~b\x1b[201~', '\r'], text: 'ab' },
    { what: 'of nothing', chunks: ['\x1b[200~\x1b[201~', 'a\r'], text: 'a' },
  ])('is one input: $what', async ({ chunks, text }) => {
    expect(await typed(...chunks)).toEqual(line(text));
  });
});

it('a paste whose marks Node 20.0 cuts in two', async () => {
  const asked = editor.read('> ', []);
  const press = (text: string | undefined, sequence = text) => stdin.emit('keypress', text, { sequence });
  press(undefined, '\x1b[200');
  for (const key of ['~', 'a', '\r', '~', 'b']) press(key);
  press(undefined, '\x1b[201');
  press('~');
  stdin.write('!\r');
  expect(await asked).toEqual(line('a\n~b!'));
});

describe('Ctrl-C and Ctrl-D', () => {
  it('at a line with text', async () => {
    expect(await typed('half', CTRL_C)).toEqual({ kind: 'interrupted', text: 'half' });
    expect(await typed('ab', LEFT, CTRL_D, '\r')).toEqual(line('a'));
  });

  it('at an empty one', async () => {
    expect(await typed(CTRL_C)).toEqual({ kind: 'interrupted', text: '' });
    expect(await typed(CTRL_D)).toEqual({ kind: 'end' });
  });

  it('Ctrl-C between two lines is heard at once, and forgets what was typed ahead', async () => {
    let heard = 0;
    editor.onInterrupt = () => {
      heard += 1;
    };
    stdin.write(`forgotten\r${CTRL_C}kept`);
    await new Promise(setImmediate);
    expect(heard).toBe(1);
    expect(await typed('\r')).toEqual(line('kept'));
  });
});

it('what is typed between two lines waits for the next, line by line', async () => {
  stdin.write('one\rtwo\x1b[200~\rthree\x1b[201~\rfour');
  await new Promise(setImmediate);
  expect(await editor.read('> ', [])).toEqual(line('one'));
  expect(await editor.read('> ', [])).toEqual(line('two\nthree'));
  expect(await typed('\r')).toEqual(line('four'));
});

it('a terminal that goes away is the end', async () => {
  const asked = editor.read('> ', []);
  stdin.end();
  expect(await asked).toEqual({ kind: 'end' });
  expect(await editor.read('> ', [])).toEqual({ kind: 'end' });
});

it('leaves the terminal as it was', () => {
  editor.close();
  expect(modes).toEqual([true, false]);
  expect(String(output.read())).toBe('\x1b[?2004h\x1b[?2004l');
  expect(stdin.listenerCount('keypress')).toBe(0);
});
