import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LiveRegion } from '../../src/cli/live-region.js';

/** A terminal that remembers what was written to it. */
class Screen extends Writable {
  readonly isTTY = true;
  columns = 20;
  rows = 6;
  written = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written += chunk;
    done();
  }

  /** What has been written since. */
  take(): string {
    const { written } = this;
    this.written = '';
    return written;
  }
}

let stdout: Screen;
let stderr: Screen;
let erased: number;
let region: LiveRegion;
beforeEach(() => {
  stdout = new Screen();
  stderr = new Screen();
  erased = 0;
  region = new LiveRegion({ stdout, stderr }, () => {
    erased += 1;
  });
});

/** Goes up so many lines and makes each empty. */
function erasing(rows: number): string {
  return `\r\x1b[${rows}A${'\x1b[K\n'.repeat(rows)}\x1b[${rows}A`;
}

afterEach(() => region.finish([]));

describe('writes', () => {
  it.each([
    { what: 'all at first', before: [], after: ['a', 'b'], written: '\ra\x1b[K\nb\x1b[K\n' },
    { what: 'nothing where nothing changed', before: ['a', 'b'], after: ['a', 'b'], written: '' },
    {
      what: 'a line that changed',
      before: ['a', 'b', 'c'],
      after: ['a', 'x', 'c'],
      written: '\r\x1b[2Ax\x1b[K\n\n',
    },
    { what: 'a line that came', before: ['a', 'b'], after: ['a', 'b', 'c'], written: '\rc\x1b[K\n' },
    {
      what: 'the last line, and one more',
      before: ['a', 'b'],
      after: ['a', 'bb', 'c'],
      written: '\r\x1b[1Abb\x1b[K\nc\x1b[K\n',
    },
    { what: 'that lines went', before: ['a', 'b', 'c'], after: ['a'], written: '\r\x1b[2A\x1b[J' },
    { what: 'that all lines went', before: ['a'], after: [], written: '\r\x1b[1A\x1b[J' },
  ])('$what', ({ before, after, written }) => {
    region.show(before);
    stdout.take();
    region.show(after);
    expect(stdout.take()).toBe(written);
  });
});

describe('makes way', () => {
  it.each([
    { what: 'for a line on stdout', stream: () => stdout },
    { what: 'for a line on stderr', stream: () => stderr },
  ])('$what', ({ stream }) => {
    region.show(['a', 'b']);
    stdout.take();
    stream().write('trace\n');
    expect([erased, stdout.take() + stderr.take()]).toEqual([1, `${erasing(2)}trace\n`]);
    region.show(['a', 'b']);
    expect(stdout.take()).toBe('\ra\x1b[K\nb\x1b[K\n');
  });

  it('for half a line, whose end it sets', () => {
    region.show(['a']);
    stdout.write(Buffer.from('half'));
    stdout.take();
    region.show(['a']);
    expect(stdout.take()).toBe('\na\x1b[K\n');
  });

  it('for what stands there after Ctrl-Z', () => {
    region.show(['a']);
    stdout.take();
    process.emit('SIGCONT');
    expect([erased, stdout.take()]).toEqual([1, '']);
    region.show(['a']);
    expect(stdout.take()).toBe('\ra\x1b[K\n');
  });

  it('for nothing on a stderr that is elsewhere', () => {
    const elsewhere = Object.assign(new EventEmitter(), { write: () => true }) as never;
    const own = new Screen();
    const other = new LiveRegion({ stdout: own, stderr: elsewhere }, () => {});
    other.show(['a']);
    own.take();
    (elsewhere as Writable).write('log\n');
    expect(own.take()).toBe('');
    other.finish(['a']);
  });
});

describe('a window that has another size', () => {
  it('loses all lines, as many as they have become', () => {
    region.show(['a'.repeat(19), 'b']);
    stdout.take();
    stdout.columns = 10;
    stdout.emit('resize');
    expect([erased, region.columns, stdout.take()]).toEqual([1, 10, erasing(3)]);
  });

  it('loses no more than there is on the screen', () => {
    region.show(['a'.repeat(19), 'b', 'c']);
    stdout.take();
    Object.assign(stdout, { columns: 5, rows: 5 });
    stdout.emit('resize');
    expect([region.rows, stdout.take()]).toEqual([4, erasing(4)]);
  });
});

describe('the end', () => {
  it('changes only what has to be changed', () => {
    region.show(['a', 'b']);
    stdout.take();
    region.finish(['a', 'c']);
    expect(stdout.take()).toBe('\r\x1b[1Ac\x1b[K\n');
  });

  it('leaves more lines than the screen has', () => {
    region.show(['… 4 lines above', 'f']);
    stdout.take();
    region.finish(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(stdout.take()).toBe(
      `\r\x1b[2A${['a', 'b', 'c', 'd', 'e', 'f'].map((line) => `${line}\x1b[K\n`).join('')}`,
    );
  });

  it('lets go of everything', () => {
    const listeners = process.listenerCount('SIGCONT');
    region.finish(['a']);
    stdout.take();
    stderr.write('summary\n');
    stdout.emit('resize');
    expect([stdout.take(), erased]).toEqual(['', 0]);
    expect(process.listenerCount('SIGCONT')).toBe(listeners - 1);
    expect([stdout, stderr].map((stream) => Object.hasOwn(stream, 'write'))).toEqual([false, false]);
  });
});
