import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EndedRunsOptions, endedRuns } from '../../src/trace/ended-runs.js';
import { withDepth } from '../../src/trace/trace-run.js';
import { chainLines, lineWriter } from './trace-lines.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chain-ended-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function read(trace: string, options?: EndedRunsOptions) {
  const file = join(folder, 'run.jsonl');
  writeFileSync(file, trace);
  const runs: string[] = [];
  for await (const root of endedRuns(file, options)) {
    const tree = [...withDepth(root)].map(
      ({ run, depth }) => `${'.'.repeat(depth)}${run.id.replace(/0*-.*/, '')}`,
    );
    runs.push(`${tree.join(' ')}${root.end === null ? ' …' : ''}`);
  }
  return runs;
}

const started = (id: string, parent: string | null = null) =>
  lineWriter('LLMChain', id, parent)('chainStart', 0, { inputs: {} });
const ended = (id: string, parent: string | null = null) =>
  lineWriter('LLMChain', id, parent)('chainEnd', 9, { outputs: {}, usage: null, durationMs: 9 });

describe('runs', () => {
  it.each([
    ['come one after the other', chainLines('1a', 'a') + chainLines('2a', 'b'), ['1a .1af', '2a .2af']],
    [
      'come as they end, those without an end last',
      started('1a') + started('2a') + started('3a') + ended('2a'),
      ['2a', '1a …', '3a …'],
    ],
    [
      'wait for what is under them',
      started('1a') + started('1b', '1a') + ended('1a') + ended('1b', '1a'),
      ['1a .1b'],
    ],
    ['may have no beginning', ended('1a') + ended('2b', '2a') + ended('2a'), ['1a', '2b', '2a']],
    ['are none where there is none', 'npm start\n', []],
  ])('%s', async (_, trace, expected) => expect(await read(trace)).toEqual(expected));

  it('are given early where too much is open, the oldest first', async () => {
    const trace = started('1a') + started('2a') + started('3a') + ended('3a') + ended('1a');
    const mostHeld = 2 * Buffer.byteLength(started('1a'));
    expect(await read(trace, { mostHeld })).toEqual(['1a …', '3a', '1a', '2a …']);
  });

  it('stop where the signal says so', async () => {
    await expect(
      read(chainLines('1a', 'a'), { signal: AbortSignal.abort(new Error('stop')) }),
    ).rejects.toThrow('stop');
  });
});

it('a tree may be deeper than a stack', async () => {
  let trace = started('1a');
  const id = (level: number) => `c${level.toString(16).padStart(7, '0')}`;
  for (let level = 0; level < 20_000; level += 1)
    trace += started(id(level), level === 0 ? '1a' : id(level - 1));
  const [tree] = await read(trace + ended('1a'));
  const runs = tree!.split(' ');
  // One dot for each level that it stands under.
  expect([runs.length, runs[1], runs.at(-1)]).toEqual([20_001, '.c', `${'.'.repeat(500)}${id(19_999)}`]);
});
