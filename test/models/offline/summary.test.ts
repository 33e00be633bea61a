import { describe, expect, it } from 'vitest';
import type { Message } from '../../../src/messages.js';
import { readConversation } from '../../../src/models/offline/conversation.js';
import { answerWithSummary } from '../../../src/models/offline/summary.js';

const user = (content: string): Message => ({ role: 'user', content });
const assistant = (content: string): Message => ({ role: 'assistant', content });
const summarize = (...messages: Message[]) => answerWithSummary(readConversation(messages));

const BIRTHDAY = '我姐姐明天要过生日，我需要一束生日花束。';
const ROSES = '她喜欢粉色玫瑰，颜色是粉色的。';

const PROGRESSIVELY = `Progressively summarize the lines of conversation provided, adding onto the previous summary returning a new summary.

EXAMPLE
Current summary:
The human asks about the weather.

New lines of conversation:
Human: Is it good?
AI: It is good, because the sun shines.

New summary:
The human asks about the weather, which is good.
END OF EXAMPLE

Current summary:
${BIRTHDAY}

New lines of conversation:
Human: ${ROSES}
AI: 好的，记下了。

New summary:`;

describe('a summary', () => {
  it.each<[string, Message[], string | undefined]>([
    [
      'of the conversation',
      [user(BIRTHDAY), assistant('好的，记下了。'), user(ROSES), user('总结一下我们的对话')],
      BIRTHDAY + ROSES,
    ],
    ['of new lines after an older one', [user(PROGRESSIVELY)], BIRTHDAY + ROSES],
    [
      'of the text under the wish',
      [
        user(
          'Please summarise this.\n\nRoses are red. Roses need water. I am here. Roses need sun and water. Hello?',
        ),
      ],
      'Roses are red. Roses need water. Roses need sun and water.',
    ],
    ['of the text in the same sentence', [user('请总结下面的文字：玫瑰是红的。')], '玫瑰是红的。'],
    ['with the wish at the end', [user('Roses are red.\n\nTL;DR')], 'Roses are red.'],
    [
      'asked for as a noun',
      [user('Roses are red.'), user('Give me a short summary, please.')],
      'Roses are red.',
    ],
    [
      'not of the instructions',
      [{ role: 'system', content: 'Be kind.' }, user('Hi.'), user('Summarize.')],
      'Hi.',
    ],
    ['of nothing', [user('Summarize')], undefined],
    ['not asked for', [user('I wrote the summary of a book yesterday.'), user('It was fun.')], undefined],
    ['not asked for, but spoken of', [user('Hi.'), user('I read a summary of it. It was fun.')], undefined],
  ])('%s', (_, messages, answer) => {
    expect(summarize(...messages)).toBe(answer);
  });
});
