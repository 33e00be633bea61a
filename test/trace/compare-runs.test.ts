import { expect, it } from 'vitest';
import { buildTrace, compareRuns } from '../../src/index.js';
import { diffRuns } from '../../src/trace/diff-runs.js';
import { eventsOf } from './trace-events.js';

it('gives the record of chain trace diff', async () => {
  const [a] = buildTrace(eventsOf({ model: 'm', prompt: 'one two', answer: 'yes' }));
  const [b] = buildTrace(eventsOf({ model: 'm', prompt: 'one three', answer: 'yes' }));
  const record = await compareRuns(a!, b!);
  expect(record.change).toBe('changed');
  expect(record).toEqual(diffRuns(a!, b!));
});
