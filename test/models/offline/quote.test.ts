import { describe, expect, it } from 'vitest';
import type { Message } from '../../../src/messages.js';
import { readConversation } from '../../../src/models/offline/conversation.js';
import { answerWithQuote } from '../../../src/models/offline/quote.js';

const user = (content: string): Message => ({ role: 'user', content });
const assistant = (content: string): Message => ({ role: 'assistant', content });
const quote = (...messages: Message[]) => answerWithQuote(readConversation(messages));

const BIRTHDAY = '我姐姐明天要过生日，我需要一束生日花束。';
const ROSES = '她喜欢粉色玫瑰，颜色是粉色的。';
const WHY = '我又来了，还记得我昨天为什么要来买花吗？';
const ANSWER = `你说过：“${BIRTHDAY}”`;
const PREAMBLE =
  'The following is a friendly conversation between a human and an AI. If the AI does not know the answer to a ' +
  'question, it truthfully says it does not know.';

describe('a question is answered with what was said', () => {
  it.each<[string, Message[], string | undefined]>([
    [
      'the flower shop',
      [user(BIRTHDAY), assistant('好的。'), user(ROSES), assistant('好的。'), user(WHY)],
      ANSWER,
    ],
    [
      'the flower shop, as one text',
      [
        user(
          `${PREAMBLE}\n\nCurrent conversation:\nHuman: ${BIRTHDAY}\nAI: 好。\nHuman: ${ROSES}\nAI: 好。\nHuman: ${WHY}\nAI:`,
        ),
      ],
      ANSWER,
    ],
    ['asked twice', [user(BIRTHDAY), user(ROSES), user(WHY), assistant(ANSWER), user(WHY)], ANSWER],
    [
      'another question',
      [user(BIRTHDAY), user(ROSES), user('我姐姐喜欢什么颜色的花？')],
      `你说过：“${ROSES}”`,
    ],
    ['no question mark', [user(BIRTHDAY), user(ROSES), user('她喜欢什么颜色')], `你说过：“${ROSES}”`],
    ['only one character in common', [user(BIRTHDAY), user(ROSES), user('今天天气怎么样？')], undefined],
    ['nothing in common', [user(BIRTHDAY), user('What is the capital of France?')], undefined],
    ['nothing said', [user(WHY)], undefined],
    ['nothing at all', [], undefined],
    ['no question', [user(BIRTHDAY), user(ROSES)], undefined],
    [
      'English',
      [
        user('My sister Anna likes pink roses. Her birthday is tomorrow.'),
        user('When is the birthday of Anna?'),
      ],
      'You said: “My sister Anna likes pink roses. Her birthday is tomorrow.”',
    ],
    [
      'a rare word over a common one',
      [user('I like tea. I like jam. I like Rome.'), user('Who likes Rome?')],
      'You said: “I like Rome.”',
    ],
    [
      'endings of words',
      [user('I walked the dogs.'), user('Who walks a dog?')],
      'You said: “I walked the dogs.”',
    ],
    [
      'in the same message',
      [user('I bought tea and milk. What came with the milk?')],
      'You said: “I bought tea and milk.”',
    ],
    [
      'a context, and the question under it',
      [
        user(
          'Use this to answer the question.\n\nThe shop opens at nine.\n\nQuestion: When does the shop open?\nAnswer:',
        ),
      ],
      'You said: “The shop opens at nine.”',
    ],
    [
      'the user over the others',
      [assistant('The cat is black.'), user('The cat is white.'), user('What colour is the cat?')],
      'You said: “The cat is white.”',
    ],
    [
      'the assistant',
      [assistant('Your cat is black.'), user('Is the cat black?')],
      'I said: “Your cat is black.”',
    ],
    [
      'the system',
      [{ role: 'system', content: 'Be kind. The shop opens at nine.' }, user('When does the shop open?')],
      'The prompt says: “The shop opens at nine.”',
    ],
    [
      'a tool',
      [user('When does the shop open?'), { role: 'tool', content: 'The shop opens at nine.' }],
      'A tool said: “The shop opens at nine.”',
    ],
    [
      'a replacement pattern',
      [user('It costs $& and $1 per rose.'), user('What are the costs?')],
      'You said: “It costs $& and $1 per rose.”',
    ],
  ])('%s', (_, messages, answer) => {
    expect(quote(...messages)).toBe(answer);
  });

  it('reads a megabyte', () => {
    const lines = Array.from(
      { length: 20_000 },
      (_, index) => `The quick brown fox jumps over dog number ${index}.`,
    );
    expect(quote(user(lines.join(' ')), user('What about number 17777?'))).toBe(
      'You said: “The quick brown fox jumps over dog number 17777.”',
    );
  });
});
