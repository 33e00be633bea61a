import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { withTables } from '../../scripts/event-tables.mjs';

it('docs/traces.md says of every event what its schema says: node scripts/event-tables.mjs', () => {
  const page = readFileSync(new URL('../../docs/traces.md', import.meta.url), 'utf8');
  expect(withTables(page)).toBe(page);
});
