import { expect, it } from 'vitest';
import { newRunId, runLabel } from '../../src/callbacks/run-id.js';

it('is a UUID of version 4, and another each time', () => {
  const ids = Array.from({ length: 10_000 }, newRunId);
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(ids).size).toBe(ids.length);
});

it('varies in each of its digits', () => {
  const ids = Array.from({ length: 1000 }, newRunId);
  const varying = [...ids[0]!].map((_, place) => new Set(ids.map((id) => id[place])).size);
  expect(varying.map((size) => (size === 1 ? 'fixed' : size === 4 ? 'four' : size)).join(' ')).toBe(
    [8, 4, 0, 4, 12]
      .map((digits, part) =>
        part === 2 ? 'fixed 16 16 16' : part === 3 ? 'four 16 16 16' : Array(digits).fill(16).join(' '),
      )
      .join(' fixed '),
  );
});

it('is told apart by its beginning, and by its end where that is the time', () => {
  expect(runLabel('dc26a971-1ebe-49e5-8b65-7d2cd0e1f1a4')).toBe('dc26a971');
  expect(runLabel('01a222b9-0a65-7454-adbc-acc2bff0aa2f')).toBe('bff0aa2f');
});
