import { Writable } from 'node:stream';
import { afterEach, expect, it, vi } from 'vitest';
import { LiveView } from '../../src/cli/live-view.js';
import { ScriptedModel } from '../../src/models/scripted.js';

afterEach(() => {
  vi.useRealTimers();
});

it('a reader may take longer than any other handler, and misses nothing', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const unread: (() => void)[] = [];
  let written = '';
  const stdout = new Writable({
    highWaterMark: 1,
    write(chunk, _encoding, done) {
      written += chunk;
      unread.push(done);
    },
  });
  const live = new LiveView({ stdout, spinner: null, signal: new AbortController().signal });
  const model = new ScriptedModel({ replies: [{ chunks: ['one', ' two', ' three'] }] });
  let ended = false;
  const answer = model.invoke('Count', { callbacks: [live] }).finally(() => {
    ended = true;
  });
  await vi.advanceTimersByTimeAsync(60_000);
  expect({ written, ended }).toEqual({ written: 'one', ended: false });
  while (!ended || unread.length > 0) {
    unread.shift()?.();
    await vi.advanceTimersByTimeAsync(1);
  }
  await answer;
  expect(written).toBe('one two three\n');
});

it('two answers stand on lines of their own', async () => {
  let written = '';
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      written += chunk;
      done();
    },
  });
  const live = new LiveView({ stdout, spinner: null, signal: new AbortController().signal });
  const model = new ScriptedModel({ replies: ['first', 'second\n', ''], streaming: false });
  for (let count = 0; count < 3; count++) await model.invoke('Go on', { callbacks: [live] });
  live.close();
  expect(written).toBe('first\nsecond\n');
});
