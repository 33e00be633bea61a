import { expect, it } from 'vitest';
import { CallbackManager } from '../../src/callbacks/manager.js';
import { LLMChain } from '../../src/chains/llm-chain.js';
import type { CallbackHandler, ChainEvent } from '../../src/events.js';
import { PromptTemplate } from '../../src/prompts/template.js';
import { FAKE_USAGE, FakeModel } from '../support/fake-model.js';
import { recorder } from '../support/recorder.js';

const prompt = PromptTemplate.fromTemplate('{input}');

it('a handler can change neither the result nor what other handlers hear', async () => {
  const tampering: CallbackHandler = {
    onEvent(event) {
      for (const field of Object.values(event as object)) {
        if (typeof field === 'object' && field !== null) {
          for (const name of Object.keys(field)) if (!Array.isArray(field)) field[name] = 'changed';
        }
      }
      (event as { type: string }).type = 'changed';
    },
  };
  const plain = recorder();
  await new LLMChain({ llm: new FakeModel(), prompt }).invoke({ input: 'a' }, { callbacks: [plain] });
  const heard = recorder();
  const manager = new CallbackManager([tampering, heard], { onHandlerError: () => {} });
  const result = await new LLMChain({ llm: new FakeModel(), prompt }).invoke(
    { input: 'a' },
    { callbacks: manager },
  );
  expect(heard.types).toEqual(plain.types);
  expect(result.llm.usage).toEqual(FAKE_USAGE);
  expect(result.usage).toMatchObject(FAKE_USAGE);
  expect(result.outputs).toEqual({ text: result.text });
  expect(result.llm.message).toEqual({ role: 'assistant', content: result.text });
});

it.each(['onLLMEnd', 'ignoreLLM', 'onEvent'])(
  'a getter of %s that throws is reported, and breaks nothing',
  async (name) => {
    const hostile = Object.defineProperty({}, name, {
      get() {
        throw new Error('no');
      },
    });
    const heard: string[] = [];
    const manager = new CallbackManager([hostile, { onEvent: ({ type }: ChainEvent) => heard.push(type) }], {
      onHandlerError: ({ eventType, error }) =>
        void heard.push(`${eventType} failed: ${(error as Error).message}`),
    });
    await new FakeModel({ steps: ['one'] }).invoke('a', { callbacks: manager });
    expect(heard).toContain('llmEnd failed: no');
    expect(heard.at(-1)).toBe('llmEnd');
  },
);
