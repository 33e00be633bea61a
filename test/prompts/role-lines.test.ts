import { describe, expect, it } from 'vitest';
import { parseRoleLines } from '../../src/prompts/role-lines.js';
import { caught } from './caught.js';

const START = { file: 'f.txt', line: 10, column: 1 };

describe('parseRoleLines', () => {
  it.each<[string, string, [role: string, content: string][]]>([
    ['one message', 'user:\nHi', [['user', 'Hi']]],
    [
      'every role',
      'system:\nA\nuser:\nB\nassistant:\nC',
      [
        ['system', 'A'],
        ['user', 'B'],
        ['assistant', 'C'],
      ],
    ],
    ['blank lines before the first', '\n \t\n\nuser:\nHi', [['user', 'Hi']]],
    ['blank lines around a content', 'user:\n\n  \n  Hi  \n\nthere \n \n\n', [['user', '  Hi  \n\nthere ']]],
    ['spaces after a role', 'user: \t\nHi', [['user', 'Hi']]],
    [
      'messages without content',
      'user:\nassistant:\n\nuser:',
      [
        ['user', ''],
        ['assistant', ''],
        ['user', ''],
      ],
    ],
    [
      'an indented role line is content',
      'user:\nA\n system:\nsystem: x\nSystem:\ntool:',
      [['user', 'A\n system:\nsystem: x\nSystem:\ntool:']],
    ],
    [
      'other line separators are content',
      'user:\nA\u2028system:\u2028\rsystem:',
      [['user', 'A\u2028system:\u2028\rsystem:']],
    ],
  ])('%s', (_, text, messages) => {
    expect(parseRoleLines(text, START)?.map(({ role, content }) => [role, content.text])).toEqual(messages);
  });

  it.each([
    '',
    '\n\n',
    'Hi',
    'Hi\nuser:\nx',
    'user: Hi',
    ' user:\nHi',
    'User:\nHi',
    'human:\nHi',
    'users:\nHi',
    'Hi\n\nuser:',
    '\nHi\nuser:\n',
  ])('%j has no role lines', (text) => {
    expect(parseRoleLines(text, START)).toBeUndefined();
  });

  it('places variables and faults in the file', async () => {
    const text = '\nuser:\n\n\n  {a}\n\nassistant:\n😀{b}';
    expect(parseRoleLines(text, START)?.flatMap(({ content }) => [...content.variables])).toEqual([
      ['a', { file: 'f.txt', line: 14, column: 3 }],
      ['b', { file: 'f.txt', line: 17, column: 2 }],
    ]);
    expect((await caught(() => parseRoleLines('user:\nok\nassistant:\n\n x}', START))).message).toBe(
      'f.txt:14:3: "}" without a "{" before it',
    );
  });

  it.each<[string, string, number | undefined]>([
    ['100,000 messages', 'user:\n\n'.repeat(100_000), 100_000],
    ['10 MB of blank lines', '\n'.repeat(10_000_000), undefined],
    ['10 MB of spaces', ' '.repeat(10_000_000), undefined],
    ['a role and 10 MB of spaces', `user:${' '.repeat(10_000_000)}x`, undefined],
    ['10 MB of blank lines in a message', `user:\n${' \n'.repeat(5_000_000)}x`, 1],
  ])('takes %s in one pass', (_, text, count) => {
    expect(parseRoleLines(text, START)?.length).toBe(count);
  });
});
