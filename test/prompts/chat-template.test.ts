import { describe, expect, it } from 'vitest';
import {
  ChatPromptTemplate,
  type ChatTemplateItem,
  MessagesPlaceholder,
} from '../../src/prompts/chat-template.js';
import { MissingVariablesError } from '../../src/prompts/prompt.js';
import { caught } from './caught.js';

const HINT = "A message is { role: 'user', content: '…' } or ['user', '…'].";
const ROLES = 'Roles are system, user, assistant, tool, human, ai.';

describe('ChatPromptTemplate', () => {
  it('formats pairs, objects and placeholders in order', () => {
    const prompt = ChatPromptTemplate.fromMessages([
      ['system', 'You speak {language}.'],
      new MessagesPlaceholder('history'),
      { role: 'user', content: '{question} {{x}} {language}', name: 'Ann' },
    ]);
    expect(prompt.inputVariables).toEqual(['language', 'history', 'question']);
    expect(prompt.template).toBe(
      'System: You speak {language}.\n{history}\nHuman: {question} {{x}} {language}',
    );
    const values = {
      language: 'French',
      question: '{language}?',
      history: [
        { role: 'user', content: 'Hi {language} {{' },
        ['ai', 'Hello'],
        { role: 'assistant', content: '', toolCalls: [{ id: '1', name: 'f', arguments: '{}' }] },
        { role: 'tool', content: '42', toolCallId: '1' },
      ],
    };
    expect(prompt.formatMessages(values)).toEqual([
      { role: 'system', content: 'You speak French.' },
      { role: 'user', content: 'Hi {language} {{' },
      { role: 'assistant', content: 'Hello' },
      { role: 'assistant', content: '', toolCalls: [{ id: '1', name: 'f', arguments: '{}' }] },
      { role: 'tool', content: '42', toolCallId: '1' },
      { role: 'user', content: '{language}? {x} French', name: 'Ann' },
    ]);
    expect(prompt.format({ ...values, history: [] })).toBe(
      'System: You speak French.\nHuman: {language}? {x} French',
    );
    expect(prompt.formatPrompt({ ...values, history: [] })).toEqual({
      messages: [
        { role: 'system', content: 'You speak French.' },
        { role: 'user', content: '{language}? {x} French', name: 'Ann' },
      ],
      text: 'System: You speak French.\nHuman: {language}? {x} French',
    });
  });

  it.each([
    ['system', 'system'],
    ['user', 'user'],
    ['human', 'user'],
    ['assistant', 'assistant'],
    ['ai', 'assistant'],
    ['tool', 'tool'],
  ] as const)('knows the role %s', (role, known) => {
    const expected = [{ role: known, content: 'x' }];
    expect(ChatPromptTemplate.fromMessages([[role, 'x']]).formatMessages()).toEqual(expected);
    expect(ChatPromptTemplate.fromMessages([{ role, content: 'x' }]).formatMessages()).toEqual(expected);
    const placeholder = ChatPromptTemplate.fromMessages([new MessagesPlaceholder('m')]);
    expect(placeholder.formatMessages({ m: [[role, 'x']] })).toEqual(expected);
  });

  it('names all missing variables of all messages at once', () => {
    const prompt = ChatPromptTemplate.fromMessages([
      ['system', '{a}{__proto__}'],
      new MessagesPlaceholder('history'),
      new MessagesPlaceholder('more', { optional: true }),
      ['user', '{b}{a}{c}'],
    ]);
    expect(() => prompt.formatMessages({ c: 1, b: null })).toThrow(MissingVariablesError);
    expect(() => prompt.format({ c: 1, b: null })).toThrow(
      expect.objectContaining({
        message: 'Missing variables: a, __proto__, history, b',
        missing: ['a', '__proto__', 'history', 'b'],
      }),
    );
  });

  it('takes no messages for an optional placeholder without a value', () => {
    const prompt = ChatPromptTemplate.fromMessages([
      new MessagesPlaceholder('history', { optional: true }),
      ['user', 'x'],
    ]);
    expect(prompt.inputVariables).toEqual([]);
    expect(prompt.formatMessages()).toEqual([{ role: 'user', content: 'x' }]);
    expect(prompt.formatMessages({ history: [['user', 'y']] })).toHaveLength(2);
  });

  it('makes partials, of placeholders too, which a value wins over', () => {
    const prompt = ChatPromptTemplate.fromMessages([new MessagesPlaceholder('history'), ['user', '{a}{b}']]);
    const partial = prompt.partial({ history: [['ai', '{a}']], a: 1 });
    expect(prompt.inputVariables).toEqual(['history', 'a', 'b']);
    expect(partial.inputVariables).toEqual(['b']);
    expect(partial.format({ b: 2 })).toBe('AI: {a}\nHuman: 12');
    expect(partial.format({ b: 2, a: 3, history: [] })).toBe('Human: 32');
  });

  it('keeps the message of a faulty template in the error’s place', async () => {
    expect(await caught(() => ChatPromptTemplate.fromMessages([['user', 'a\n {']]))).toEqual({
      code: 'invalid_template',
      message: 'line 2, column 2: "{" is never closed',
      hint: 'For a brace that is only text write it twice: {{ or }}.',
    });
  });

  it.each<[unknown, string, string]>([
    [['robot', 'x'], 'Message 2 of the template has the unknown role "robot"', ROLES],
    [['constructor', 'x'], 'Message 2 of the template has the unknown role "constructor"', ROLES],
    [['user'], 'Message 2 of the template has no role or no text', HINT],
    [{ content: 'x' }, 'Message 2 of the template has no role or no text', HINT],
    [{ role: 'user', content: [] }, 'Message 2 of the template has no role or no text', HINT],
    [null, 'Message 2 of the template has no role or no text', HINT],
    ['text', 'Message 2 of the template has no role or no text', HINT],
  ])('refuses the message %j', async (item, message, hint) => {
    const messages = [['user', 'x'], item] as ChatTemplateItem[];
    expect(await caught(() => new ChatPromptTemplate({ messages }))).toEqual({
      code: 'invalid_argument',
      message,
      hint,
    });
  });

  it.each<[unknown, string, string]>([
    ['text', 'The value of the placeholder {h} is no list of messages', HINT],
    [{ role: 'user', content: 'x' }, 'The value of the placeholder {h} is no list of messages', HINT],
    [[['user', 'x'], 3], 'Message 2 of the placeholder {h} has no role or no text', HINT],
    [[['robot', 'x']], 'Message 1 of the placeholder {h} has the unknown role "robot"', ROLES],
  ])('refuses %j for a placeholder', async (value, message, hint) => {
    const prompt = ChatPromptTemplate.fromMessages([new MessagesPlaceholder('h')]);
    expect(await caught(() => prompt.formatMessages({ h: value }))).toEqual({
      code: 'invalid_argument',
      message,
      hint,
    });
  });

  it('refuses a placeholder whose name no variable can have', async () => {
    expect(await caught(() => new MessagesPlaceholder('{history}'))).toEqual({
      code: 'invalid_argument',
      message: '"{history}" is not a variable\'s name',
      hint: 'A name has letters, digits, _ and -, and begins with a letter or _.',
    });
  });
});
