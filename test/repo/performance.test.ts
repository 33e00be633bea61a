import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { withTables } from '../../bench/report.mjs';

it('docs/performance.md shows what was measured last', () => {
  const page = readFileSync(new URL('../../docs/performance.md', import.meta.url), 'utf8');
  expect(page).toBe(withTables(page));
});
