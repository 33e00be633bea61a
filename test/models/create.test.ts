import { expect, test } from 'vitest';
import { createModel } from '../../src/models/create.js';

test.each([
  ['gpt-5-mini', 'ChatOpenAI', 'chat'],
  ['ollama:llama3.2', 'ChatOpenAI', 'chat'],
  ['llama3.2:3b', 'ChatOpenAI', 'chat'],
  ['offline', 'OfflineModel', 'chat'],
  ['gpt-3.5-turbo', 'ChatOpenAI', 'chat'],
  ['gpt-3.5-turbo-instruct', 'OpenAI', 'completion'],
  ['gpt-3.5-turbo-instruct-0914', 'OpenAI', 'completion'],
  ['davinci-002', 'OpenAI', 'completion'],
  ['text-davinci-003', 'OpenAI', 'completion'],
])('%s is a model of the class %s', async (name, className, kind) => {
  const model = await createModel(name);
  expect([model.name, model.kind]).toEqual([className, kind]);
});
