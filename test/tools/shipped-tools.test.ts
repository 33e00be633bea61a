import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FRONT_MATTER_SCHEMA } from '../../src/prompts/front-matter-schema.js';
import { SHIPPED_TOOLS, shippedTools } from '../../src/tools/shipped-tools.js';

it('are those that templates can name, by the names that models know', () => {
  const names = Object.keys(FRONT_MATTER_SCHEMA.properties.tools.properties);
  expect(Object.keys(SHIPPED_TOOLS)).toEqual(names);
  const settings = {
    calculator: {},
    current_time: {},
    read_file: { folder: '.' },
    http_get: { allow: ['a.org'] },
  };
  expect(shippedTools(settings, '/').map(({ name, needsApproval }) => [name, needsApproval])).toEqual([
    ['calculator', false],
    ['current_time', false],
    ['read_file', true],
    ['http_get', true],
  ]);
});

it('read from the folder of the template', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shipped-'));
  writeFileSync(join(folder, 'a.txt'), 'rose');
  const [read] = shippedTools({ read_file: { folder: '.', max_bytes: 4 } }, folder);
  expect(await read?.invoke({ path: 'a.txt' })).toBe('rose');
});
