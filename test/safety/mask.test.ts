import { expect, test } from 'vitest';
import { maskSecrets } from '../../src/safety/mask.js';

test.each([
  ['a known key', 'wrong key abcd-1234!', ['abcd-1234'], 'wrong key ***!'],
  ['a known key, each time', 'abcdef abcdef', ['abcdef'], '*** ***'],
  ['a key that holds another', 'abcdefgh', ['abcdef', 'abcdefgh'], '***'],
  [
    'what looks like a key of OpenAI',
    'Incorrect API key: sk-proj-Ab1_cd2-Ef3.',
    [],
    'Incorrect API key: ***.',
  ],
  [
    'a key that the server half masked',
    'provided: sk-abcd*****************wxyz. See',
    [],
    'provided: ***. See',
  ],
  ['keys of others', 'gsk_abcdef123 xai-abcdef123 hf_abcdef123', [], '*** *** ***'],
  ["Google's", `key AIza${'x'.repeat(35)}`, [], 'key ***'],
  ['a header', 'got authorization: Bearer abc.def-123456', [], 'got authorization: Bearer ***'],
  ['no short secret, which would mask words', 'an api spoke', ['a', 'api', 'spoke'], 'an api spoke'],
  [
    'no stand-in for a key',
    'ollama is not-needed, a dummy',
    ['ollama', 'not-needed', 'dummy'],
    'ollama is not-needed, a dummy',
  ],
  ['no ordinary words', 'task-management risk-averse sk-1', [], 'task-management risk-averse sk-1'],
])('%s', (_, text, known, masked) => {
  expect(maskSecrets(text, known)).toBe(masked);
});
