import { describe, expect, it } from 'vitest';
import type { Message } from '../../../src/messages.js';
import { readConversation, readTurns } from '../../../src/models/offline/conversation.js';

const user = (content: string): Message => ({ role: 'user', content });

describe('a prompt as a conversation', () => {
  it('is the messages, the last of the user apart', () => {
    const messages: Message[] = [
      { role: 'system', content: 'Be kind.' },
      user('one'),
      { role: 'assistant', content: 'two' },
      user(' three '),
      { role: 'tool', content: 'four', toolCallId: 'a' },
    ];
    expect(readConversation(messages)).toEqual({
      earlier: [
        { role: 'system', text: 'Be kind.' },
        { role: 'user', text: 'one' },
        { role: 'assistant', text: 'two' },
        { role: 'tool', text: 'four' },
      ],
      last: 'three',
    });
  });

  it('is the lines of a conversation template', () => {
    const text = 'A talk.\n\nCurrent conversation:\nHuman: one\nmore\nAI: two\nHuman: three\nAI:';
    expect(readConversation([user(text)])).toEqual({
      earlier: [
        { role: 'system', text: 'A talk.\n\nCurrent conversation:' },
        { role: 'user', text: 'one\nmore' },
        { role: 'assistant', text: 'two' },
      ],
      last: 'three',
    });
  });

  it.each([
    ['Human: hi\nAI: ', 'hi'],
    ['user: hi\r\nassistant:\n', 'hi'],
    ['用户：你好\n助手：', '你好'],
    ['Human: hi\nAI: hello', 'Human: hi\nAI: hello'],
    ['Who is this Human: hi?', 'Who is this Human: hi?'],
    ['AI:', ''],
  ])('%j ends with %j', (text, last) => {
    expect(readConversation([user(text)]).last).toBe(last);
  });

  it('without a user message ends with nothing', () => {
    expect(readConversation([])).toEqual({ earlier: [], last: '' });
    expect(readConversation([{ role: 'system', content: '1 + 2 =' }]).last).toBe('');
  });
});

it('reads a text without speakers as one turn', () => {
  expect(readTurns('one\ntwo', 'user')).toEqual([{ role: 'user', text: 'one\ntwo' }]);
  expect(readTurns(' \n', 'user')).toEqual([]);
});
