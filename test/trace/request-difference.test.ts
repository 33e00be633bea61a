import { expect, test } from 'vitest';
import type { Message } from '../../src/messages.js';
import type { AskedRequest } from '../../src/trace/asked-request.js';
import { NotRecordedError } from '../../src/trace/not-recorded.js';
import { requestDifference } from '../../src/trace/request-difference.js';

type Said = readonly [role: Message['role'], content: string, besides?: Partial<Message>];

const chat = (said: readonly Said[], fields: Partial<AskedRequest> = {}): AskedRequest =>
  ({
    kind: 'chat',
    model: 'm',
    params: {},
    messages: said.map(([role, content, besides]) => ({ role, content, ...besides })),
    tools: [],
    ...fields,
  }) as AskedRequest;

async function differ(recorded: AskedRequest, asked: AskedRequest): Promise<readonly string[]> {
  const difference = await requestDifference({ recorded, asked, runId: '0123456789' });
  return new NotRecordedError('c.jsonl', difference).difference.trimEnd().split('\n').slice(1);
}

const TALK: readonly Said[] = [
  ['system', 'You sell flowers.'],
  ['user', 'Any roses?'],
  ['assistant', 'Pink ones.'],
  ['user', 'And lilies?'],
];

test.each<[string, AskedRequest, AskedRequest, readonly string[]]>([
  ['one message', chat([['user', 'a b']]), chat([['user', 'a c']]), ['  user message: a [-b-]{+c+}']],
  [
    'one of many',
    chat(TALK),
    chat(TALK.with(1, ['user', 'Any tulips?'])),
    ['  message 2 (user): Any [-roses-]{+tulips+}?'],
  ],
  ['one missing', chat(TALK), chat(TALK.slice(1)), ['  message 1 (system): [-You sell flowers.-]']],
  ['one more', chat(TALK), chat([...TALK, ['assistant', 'No.']]), ['  message 5 (assistant): {+No.+}']],
  [
    'another role',
    chat([['user', 'a']]),
    chat([['system', 'a']]),
    ['  system message: {+a+}', '  user message: [-a-]'],
  ],
  [
    'what a message has besides',
    chat([['user', 'a']]),
    chat([['user', 'a', { name: 'Ann' }]]),
    ['  user message:', '    [-a-]{+a', '    {"name":"Ann"}+}'],
  ],
  [
    'parameters and model',
    chat([], { params: { temperature: 0, stop: ['a'] } }),
    chat([], { params: { temperature: 1, seed: 2 }, model: 'n' }),
    ['  model: [-m-]{+n+}', '  temperature: [-0-]{+1+}', '  stop: [-["a"]-]', '  seed: {+2+}'],
  ],
  [
    'tools',
    chat([]),
    chat([], { tools: [{ name: 't', parameters: {} }] }),
    ['  tools: {+[{"name":"t","parameters":{}}]+}'],
  ],
])('%s', async (_, recorded, asked, lines) => {
  expect(await differ(recorded, asked)).toEqual(lines);
});

test('the message names what differs, four of it at most', async () => {
  const asked = chat([['user', 'a']], {
    model: 'n',
    params: { temperature: 1, topP: 1, seed: 1 },
  });
  const difference = await requestDifference({ recorded: chat([]), asked, runId: 'r' });
  expect(new NotRecordedError('c.jsonl', difference).message).toBe(
    'c.jsonl has no answer to this request; the nearest one differs in model, temperature, topP, seed and more',
  );
});
