import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { makeWorkspace } from '../support/run-cli.js';

const folder = fileURLToPath(new URL('../../sample-prompts/', import.meta.url));

/** What each sample answers with no key and no network. */
const SAMPLES: Readonly<Record<string, { readonly args?: readonly string[]; readonly answer: RegExp }>> = {
  'add.txt': { args: ['--var', 'number=2'], answer: /^3\n$/ },
  'flower-shop.txt': {
    args: ['--var', 'occasion=a wedding'],
    answer: /^Three flowers never disappoint: .+\n$/,
  },
  'flower-shop-zh.txt': { args: ['--var', '场合=婚礼'], answer: /^生日送花推荐三种：.+\n$/ },
  'product-text.txt': { args: ['--var', 'tone=playful'], answer: /^Say it with pink roses\. .+\n$/ },
  'sentiment-chat.txt': { args: ['--var', 'review=Fine.'], answer: /^positive\n$/ },
};

it('are all here', () => {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.map(({ name }) => name).sort()).toEqual(Object.keys(SAMPLES).sort());
});

it.each(Object.entries(SAMPLES))('%s runs', async (name, { args = [], answer }) => {
  const { code, stdout, stderr } = await makeWorkspace().run(['run', join(folder, name), ...args]);
  expect(stdout).toMatch(answer);
  expect(stderr).toContain('offline, not a language model');
  expect(code).toBe(0);
});
