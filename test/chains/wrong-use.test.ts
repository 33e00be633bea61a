import { expect, it } from 'vitest';
import { FileCallbackHandler } from '../../src/callbacks/file.js';
import { withCallbacks } from '../../src/callbacks/scope.js';
import { withTokenCounter } from '../../src/callbacks/with-token-counter.js';
import { LLMChain } from '../../src/chains/llm-chain.js';
import { ChatPromptTemplate } from '../../src/prompts/chat-template.js';
import { PromptTemplate } from '../../src/prompts/template.js';
import { FakeModel } from '../support/fake-model.js';

const llm = new FakeModel();
const prompt = PromptTemplate.fromTemplate('{input}');
const chain = new LLMChain({ llm, prompt });
const NO_MODEL = 'llm must be a model, such as new ChatOpenAI()';
const NO_PROMPT = 'prompt must be a template, such as PromptTemplate.fromTemplate(text)';
const INPUT = 'a model takes a string or a list of messages, not ';

/** What JavaScript lets through and TypeScript doesn't. */
const wrong = (value: unknown) => value as never;

it.each<[what: string, use: () => unknown, message: string]>([
  ['no fields', () => new LLMChain(wrong(undefined)), `LLMChain: ${NO_MODEL}; ${NO_PROMPT}`],
  ['a model’s name', () => new LLMChain({ llm: wrong('gpt-5-mini'), prompt }), `LLMChain: ${NO_MODEL}`],
  ['a prompt’s text', () => new LLMChain({ llm, prompt: wrong('1 + {number}') }), `LLMChain: ${NO_PROMPT}`],
  ['no inputs', () => chain.run(wrong(null)), 'a chain takes an object of inputs, such as { number: 2 }'],
  [
    'a controller',
    () => llm.invoke('a', { signal: wrong(new AbortController()) }),
    'signal must be an AbortSignal, such as controller.signal',
  ],
  ['a list of texts', () => llm.invoke(wrong(['a'])), `${INPUT}a list whose item 0 is no message`],
  [
    'an unknown role',
    () =>
      llm.invoke(
        wrong([
          { role: 'user', content: 'a' },
          { role: 'wizard', content: 'b' },
        ]),
      ),
    `${INPUT}a list whose item 1 is no message`,
  ],
  ['no messages', () => llm.invoke([]), `${INPUT}an empty list of messages`],
  ['nothing', () => llm.invoke(wrong(undefined)), `${INPUT}something else`],
  ['one prompt for many', () => llm.generate(wrong('abc')), 'generate takes a list of prompts'],
  [
    'a template that is none',
    () => PromptTemplate.fromTemplate(wrong(5)),
    'a prompt template is a text, not number',
  ],
  [
    'messages that are none',
    () => ChatPromptTemplate.fromMessages(wrong('abc')),
    'a chat prompt template is a list of messages',
  ],
  [
    'a scope around nothing',
    () => withCallbacks([], wrong(undefined)),
    'a scope takes the function that it is around',
  ],
  [
    'a count of nothing',
    () => withTokenCounter(wrong(undefined)),
    'a scope takes the function that it is around',
  ],
  [
    'a log without a file',
    () => new FileCallbackHandler(wrong(undefined)),
    "a FileCallbackHandler takes the path of a file, such as 'run.log'",
  ],
  [
    'a log of another format',
    () => new FileCallbackHandler('run.xml', { format: wrong('xml') }),
    "the format of a FileCallbackHandler is 'text' or 'jsonl'",
  ],
  [
    'a forgotten await',
    () => prompt.format({ input: Promise.resolve('a') }),
    'The value of {input} is a Promise, which has no text of its own',
  ],
])('%s is refused in plain words', async (_, use, message) => {
  await expect((async () => use())()).rejects.toMatchObject({ code: 'invalid_argument', message });
});
