import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { node } from '../support/npm.js';

it('the smoke tests pass on this Node', () => {
  const test = fileURLToPath(new URL('../smoke/smoke.test.mjs', import.meta.url));
  const { status, stdout } = node(['--test', '--test-reporter=tap', test]);
  expect(stdout).toContain('# fail 0');
  expect(stdout).not.toContain('# pass 0');
  expect(status).toBe(0);
});
