import { expect, it } from 'vitest';
import { newRunId } from '../../src/callbacks/run-id.js';

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
