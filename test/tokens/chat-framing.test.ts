import { expect, test } from 'vitest';
import type { Message, ToolDefinition } from '../../src/messages.js';
import { countMessages, takesMessages } from '../../src/tokens/chat-framing.js';
import { loadTokenizer, type Tokenizer } from '../../src/tokens/tokenizer.js';

/** Counts characters: what is counted becomes visible. */
const characters: Tokenizer = { encoding: 'o200k_base', exact: false, count: (text) => text.length };
const tool: ToolDefinition = { name: 'add', parameters: { type: 'object' } };

// The example of OpenAI's own guide to counting tokens, with the numbers that the API reported for it.
const PUBLISHED: readonly Message[] = [
  {
    role: 'system',
    content:
      'You are a helpful, pattern-following assistant that translates corporate jargon into plain English.',
  },
  { role: 'system', name: 'example_user', content: 'New synergies will help drive top-line growth.' },
  {
    role: 'system',
    name: 'example_assistant',
    content: 'Things working well together will increase revenue.',
  },
  {
    role: 'system',
    name: 'example_user',
    content:
      "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage.",
  },
  {
    role: 'system',
    name: 'example_assistant',
    content: "Let's talk later when we're less busy about how to do better.",
  },
  {
    role: 'user',
    content: "This late pivot means we don't have time to boil the ocean for the client deliverable.",
  },
];

test.each([
  ['gpt-3.5-turbo', 129],
  ['gpt-4', 129],
  ['gpt-4o', 124],
  ['gpt-4o-mini', 124],
])("%s: OpenAI's own example is %i tokens", async (model, tokens) => {
  expect(countMessages(await loadTokenizer(model), PUBLISHED)).toBe(tokens);
});

test.each<[string, readonly Message[], readonly ToolDefinition[] | undefined, number]>([
  ['nothing but the priming', [], undefined, 3],
  ['one message', [{ role: 'user', content: 'hello' }], undefined, 3 + 3 + 4 + 5],
  ['a name', [{ role: 'user', content: 'hello', name: 'Ann' }], undefined, 3 + 3 + 4 + 5 + 1 + 3],
  [
    'a tool call',
    [{ role: 'assistant', content: '', toolCalls: [{ id: 'call_1', name: 'add', arguments: '{"a":1}' }] }],
    undefined,
    3 + 3 + 9 + '{"name":"add","arguments":"{\\"a\\":1}"}'.length,
  ],
  [
    'tools',
    [{ role: 'user', content: 'x' }],
    [tool, tool],
    3 + 3 + 4 + 1 + 2 * '{"name":"add","parameters":{"type":"object"}}'.length,
  ],
])('counts %s', (_, messages, tools, count) => {
  expect(countMessages(characters, messages, tools)).toBe(count);
});

test.each([
  ['gpt-5-mini', true],
  ['gpt-3.5-turbo', true],
  ['claude-sonnet-4-5', true],
  ['llama3.2:3b', true],
  ['davinci-002-chat', true],
  ['gpt-3.5-turbo-instruct', false],
  ['gpt-3.5-turbo-instruct-0914', false],
  ['openai/gpt-3.5-turbo-instruct', false],
  ['davinci-002', false],
  ['Babbage-002', false],
  ['text-embedding-3-small', false],
])('%s takes messages: %s', (model, messages) => {
  expect(takesMessages(model)).toBe(messages);
});
