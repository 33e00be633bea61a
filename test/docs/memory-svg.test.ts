import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { makeWorkspace } from '../support/run-cli.js';

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

it('docs/memory.svg is what `chain memory sample-prompts/conversations/forty-turns-en.yaml --svg docs/memory.svg` writes', async () => {
  const here = makeWorkspace();
  const args = ['memory', path('sample-prompts/conversations/forty-turns-en.yaml'), '--svg', 'memory.svg'];
  expect(await here.run(args)).toMatchObject({ code: 0, stderr: '' });
  expect(here.read('memory.svg')).toBe(readFileSync(path('docs/memory.svg'), 'utf8'));
});
