import { expect, it } from 'vitest';
import { type ChatInput, parseInput } from '../../../src/cli/chat/parse-input.js';

const message = (text: string): ChatInput => ({ kind: 'message', text });
const command = (name: string, argument = ''): ChatInput => ({ kind: 'command', name, argument });

it.each<[string, ChatInput]>([
  ['', { kind: 'nothing' }],
  [' \t\n ', { kind: 'nothing' }],
  ['hello', message('hello')],
  ['  hello ', message('  hello ')],
  ['你好 👋', message('你好 👋')],
  ['1/2', message('1/2')],
  ['/help', command('help')],
  ['/model  gpt-5 mini ', command('model', 'gpt-5 mini')],
  ['/', command('')],
  ['//etc/hosts', message('/etc/hosts')],
  ['//', message('/')],
  [' /etc/hosts', message('/etc/hosts')],
  ['/usr\n/bin', message('/usr\n/bin')],
  ['// a comment\ncode()', message('// a comment\ncode()')],
])('%j', (text, input) => {
  expect(parseInput(text)).toEqual(input);
});
