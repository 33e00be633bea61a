import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { renderFull } from '../../src/cli/trace/render-full.js';
import { renderTree } from '../../src/cli/trace/render-tree.js';
import { treeRows } from '../../src/cli/trace/tree-rows.js';
import { ChainError } from '../../src/errors.js';
import { chooseRun } from '../../src/trace/choose-run.js';
import { indexRuns } from '../../src/trace/run-index.js';
import { withDescendants } from '../../src/trace/trace-run.js';
import { EVENT_SAMPLES } from '../callbacks/event-samples.js';
import { chainLines } from './trace-lines.js';

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'damaged-'));
  file = join(folder, 'run.jsonl');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SAMPLES = Object.values(EVENT_SAMPLES).map((event) =>
  JSON.stringify(Object.assign({ type: '' }, event)),
);
const WHOLE = `${chainLines('1a', '花: Roses.')}${SAMPLES.join('\n')}\n${chainLines('1b', 'Lilies.', { at: 50 })}`;

/** All that `chain trace show` does with a file; what it says where it is no trace. */
async function show(content: string | Uint8Array): Promise<string> {
  writeFileSync(file, content);
  try {
    const { root } = await chooseRun(file);
    const text = renderTree(treeRows(root), { width: 80, color: false }) + renderFull(root, { color: false });
    return `${text}${[...withDescendants(root)].length}`;
  } catch (error) {
    if (error instanceof ChainError) return error.message;
    throw error;
  }
}

it('reads every beginning of a file, whatever byte it ends with', async () => {
  const bytes = Buffer.from(chainLines('1a', '花: Roses.'));
  for (let length = 0; length < bytes.length; length += 13) {
    writeFileSync(file, bytes.subarray(0, length));
    const lines = bytes.subarray(0, length).toString().split('\n').length - 1;
    const { count, census } = await indexRuns(file);
    expect([length, count]).toEqual([length, lines === 0 ? 0 : 1]);
    // A line that is whole but for its newline is one.
    const inLine = length > 0 && bytes[length - 1] !== 0x0a && bytes[length] !== 0x0a;
    expect([length, census.torn]).toEqual([length, inLine]);
  }
});

it('shows what is left of a file of which parts are missing, doubled or overwritten', async () => {
  const whole = Buffer.from(WHOLE);
  const edit = fc.record({
    at: fc.nat(whole.length),
    drop: fc.nat(200),
    put: fc.uint8Array({ maxLength: 20 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 6 }), async (edits) => {
      let bytes = whole;
      for (const { at, drop, put } of edits)
        bytes = Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + drop)]);
      expect(await show(bytes)).not.toBe('');
    }),
    { numRuns: 150 },
  );
});

it('shows whatever valid values stand in the fields of events', async () => {
  const lines = WHOLE.trimEnd().split('\n');
  await fc.assert(
    fc.asyncProperty(fc.nat(lines.length - 1), fc.nat(20), fc.jsonValue(), async (at, field, value) => {
      const event = JSON.parse(lines[at]!) as Record<string, unknown>;
      const names = Object.keys(event);
      const changed = JSON.stringify({ ...event, [names[field % names.length]!]: value });
      expect(await show(lines.with(at, changed).join('\n'))).not.toBe('');
    }),
    { numRuns: 150 },
  );
});

it('shows runs that are deep', async () => {
  const id = (depth: number) => `${depth}`.padStart(8, '0');
  const depths = Array.from({ length: 3000 }, (_, depth) => depth);
  const line = (depth: number) =>
    JSON.stringify({
      type: 'chainStart',
      runId: id(depth),
      parentRunId: depth === 0 ? null : id(depth - 1),
      name: 'Chain',
      time: depth,
      tags: [],
      metadata: {},
      inputs: {},
    });
  expect(await show(depths.map((depth) => `${line(depth)}\n`).join(''))).toMatch(/3000$/);
});

it('shows a run that says it is its own parent, and two that are each other’s', async () => {
  const start = { name: 'Chain', time: 1, tags: [], metadata: {}, inputs: {} };
  const lines = [
    { type: 'chainStart', runId: 'a', parentRunId: 'a', ...start },
    { type: 'chainStart', runId: 'b', parentRunId: 'c', ...start },
    { type: 'chainStart', runId: 'c', parentRunId: 'b', ...start },
  ];
  expect(await show(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))).toContain('Chain');
});
