import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { FileCallbackHandler } from '../../src/callbacks/file.js';
import { StdoutCallbackHandler } from '../../src/callbacks/stdout.js';
import { WrappedAnswer } from '../../src/cli/compare/wrapped-answer.js';
import { renderError } from '../../src/cli/exit.js';
import { LiveView } from '../../src/cli/live-view.js';
import { ChainError } from '../../src/errors.js';
import { type CallbackHandler, type ChainEvent, EVENT_TABLE } from '../../src/events.js';
import { cleanControls } from '../../src/safety/clean.js';
import { afterTest } from '../support/teardown.js';
import { everywhere } from '../trace/everywhere.js';
import { ALL, expectHarmless, SEQUENCES } from './terminal-sequences.js';

class Screen extends Writable {
  text = '';
  readonly isTTY: boolean;

  constructor(isTTY: boolean) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
  }

  override _write(chunk: string, _: BufferEncoding, done: () => void): void {
    this.text += chunk;
    done();
  }
}

/** What is written of an answer that comes in these pieces, each in a read of its own. */
async function shown(pieces: readonly string[], isTTY: boolean): Promise<string> {
  const stdout = new Screen(isTTY);
  const view = new LiveView({ stdout, spinner: null, signal: new AbortController().signal });
  for (const piece of pieces) {
    await view.add(piece);
    view.flush();
  }
  view.close();
  return stdout.text;
}

/** A text in two pieces, at every place where it can be cut, and character by character. */
function cuts(text: string): (readonly string[])[] {
  const two = Array.from({ length: text.length + 1 }, (_, at) => [text.slice(0, at), text.slice(at)]);
  return [...two, text.split('')];
}

it('there are enough of them, and all would be obeyed', () => {
  expect(SEQUENCES.length).toBeGreaterThanOrEqual(60);
  for (const [what, sequence] of SEQUENCES) {
    expect(() => expectHarmless(sequence), what).toThrow();
  }
});

describe.each(SEQUENCES)('%s', (_, sequence) => {
  const text = `before ${sequence} after`;

  it('is cleaned, in whatever pieces it comes, and what is around it stays', async () => {
    expectHarmless(cleanControls(sequence));
    for (const pieces of cuts(text)) {
      const answer = await shown(pieces, true);
      expectHarmless(answer);
      expect(answer).toMatch(/^before /);
      const column = new WrappedAnswer();
      for (const piece of pieces) {
        column.append(piece);
        expectHarmless(column.lines(20).join('\n'));
      }
    }
  });

  it('is passed on as it is where nobody looks', async () => {
    for (const pieces of cuts(text)) expect(await shown(pieces, false)).toBe(`${text}\n`);
  });

  it('stays out of errors', () => {
    const error = renderError(
      new ChainError('server_error', text, { hint: text, cause: new Error(text) }),
      true,
    );
    expectHarmless(error);
    expect(error).toMatch(/^chain: before /);
  });
});

const EVENTS = everywhere(ALL)
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as ChainEvent);

/** Has a handler hear them, as a manager would. */
function hear(handler: CallbackHandler, events: readonly ChainEvent[]): void {
  for (const event of events) {
    const own = handler[EVENT_TABLE[event.type].method] as ((event: ChainEvent) => unknown) | undefined;
    own?.call(handler, event);
    handler.onEvent?.(event);
  }
}

describe('whichever field of an event they stand in, nothing of them gets into', () => {
  it('a console trace', () => {
    const stream = new Screen(true);
    hear(new StdoutCallbackHandler({ stream, color: false }), EVENTS);
    expect(stream.text.split('<CSI: erase the screen>').length).toBeGreaterThan(20);
    expectHarmless(stream.text);
  });

  it('a log for people', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'chain-terminal-'));
    afterTest(() => rmSync(folder, { recursive: true, force: true }));
    const handler = new FileCallbackHandler(join(folder, 'run.log'), { tokens: true });
    hear(handler, EVENTS);
    await handler.close();
    const log = readFileSync(join(folder, 'run.log'), 'utf8');
    expect(log.split('<CSI: erase the screen>').length).toBeGreaterThan(20);
    expectHarmless(log);
  });
});
