import { expect, it } from 'vitest';
import { hintForModel } from '../../src/cli/model-hint.js';
import { makeWorkspace } from '../support/run-cli.js';

const SHOP = { shop: { baseUrl: 'http://127.0.0.1:9/v1' } };

it.each<[name: string, hint: string | undefined]>([
  ['offline', undefined],
  ['ofline', 'Did you mean offline?'],
  ['Offline', 'Did you mean offline?'],
  ['olama:llama3.2', 'Did you mean ollama:llama3.2?'],
  ['olama:llama3.2:3b', 'Did you mean ollama:llama3.2:3b?'],
  ['ollama', 'A model of ollama is written ollama:NAME.'],
  ['olama', 'A model of ollama is written ollama:NAME.'],
  ['ollama:llama9', undefined],
  ['shop', 'A model of shop is written shop:NAME.'],
  ['shp:rose-1', 'Did you mean shop:rose-1?'],
  ['shop:rose-1', undefined],
  ['offline,gpt-5', 'Several models are several flags: --model offline --model gpt-5'],
  ['gpt-5-mini', undefined],
  ['gpt-5-mni', 'Did you mean gpt-5-mini?'],
  ['gtp-5', 'Did you mean gpt-5?'],
  // Younger than the list.
  ['gpt-9.1-mini', undefined],
  ['claude-sonnet-4-5', 'Did you mean anthropic:claude-sonnet-4-5?'],
  ['grok-4', 'Did you mean xai:grok-4?'],
  ['ft:gpt-4o-mini:acme', undefined],
  ['llama3.2:3b', undefined],
  ['something-else', undefined],
])('%s: %s', async (name, hint) => {
  expect(await hintForModel(name, SHOP, {})).toBe(hint);
});

it('takes every name without a prefix for right on a server of one’s own', async () => {
  expect(await hintForModel('gpt-5-mni', {}, { OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' })).toBeUndefined();
});

it.each<[args: string[], code: number, stderr: string]>([
  [
    ['run', '--prompt', 'Hi', '--model', 'ofline'],
    2,
    "chain: ofline can't be asked: OPENAI_API_KEY is not set\n       Did you mean offline?\n",
  ],
  [
    ['chat', '--model', 'olama:llama3.2'],
    2,
    "chain: olama:llama3.2 can't be asked: OPENAI_API_KEY is not set\n       Did you mean ollama:llama3.2?\n",
  ],
  [
    ['memory', 'talk.txt', '--memory', 'summary', '--model', 'gpt-5-mni'],
    2,
    "chain: summary: gpt-5-mni can't be asked: OPENAI_API_KEY is not set\n       Did you mean gpt-5-mini?\n",
  ],
  [['run', '--prompt', 'Hi', '--model', 'ofline', '--dry-run'], 0, 'note: ofline: Did you mean offline?\n'],
  [['tokens', '--prompt', 'Hi', '--model', 'ofline,gpt-5'], 0, 'note: ofline: Did you mean offline?\n'],
])('chain %j', async (args, code, stderr) => {
  const here = makeWorkspace();
  here.write('talk.txt', 'Hello\n');
  const said = await here.perform(args);
  expect([said.code, said.stderr]).toEqual([code, stderr]);
});
