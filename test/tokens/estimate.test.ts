import { expect, test } from 'vitest';
import type { Message, ToolDefinition } from '../../src/messages.js';
import { estimateUsage } from '../../src/tokens/estimate.js';

const messages: readonly Message[] = [{ role: 'user', content: 'hello world' }];
const tools: readonly ToolDefinition[] = [{ name: 'add', parameters: {} }];

test.each([
  ['a prompt as it is', 'gpt-3.5-turbo-instruct', 'hello world', 'hello', 2, 1],
  ['messages with their framing', 'gpt-4o', messages, 'hello', 9, 1],
  ['no answer yet', 'gpt-4o', messages, '', 9, 0],
  ['a model that is not known', 'llama3.2:3b', 'hello world', 'hello', 2, 1],
] as const)('counts %s', async (_, model, input, answer, inputTokens, outputTokens) => {
  expect(await estimateUsage(model, input, answer)).toEqual({
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    cachedTokens: null,
    reasoningTokens: null,
    source: 'estimated',
  });
});

test('counts tools as input', async () => {
  const without = await estimateUsage('gpt-4o', messages, 'hello');
  const { inputTokens, outputTokens } = await estimateUsage('gpt-4o', messages, 'hello', tools);
  expect(inputTokens).toBeGreaterThan(without.inputTokens!);
  expect(outputTokens).toBe(1);
});

test('counts tool calls as output, without their ids', async () => {
  const calls = [{ id: 'call_0123456789', name: 'add', arguments: '{"a":1}' }];
  const json = await estimateUsage('gpt-4o', messages, '{"name":"add","arguments":"{\\"a\\":1}"}');
  expect(await estimateUsage('gpt-4o', messages, '', [], calls)).toEqual(json);
  expect(json.outputTokens).toBeGreaterThan(5);
});
