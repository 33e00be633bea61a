import { describe, expect, test } from 'vitest';
import { maskSecrets } from '../../src/safety/mask.js';
import { PLACED, SHAPED } from './secrets.js';

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
  [
    'the first part of a known key that broke off',
    'it is abcd-1234-efg',
    ['abcd-1234-efgh-5678'],
    'it is ***',
  ],
  ['the first part of a known key, and what follows', 'abcd-1234-efgX', ['abcd-1234-efgh-5678'], '***X'],
  ['nothing that only begins like one', 'abcd-1234-ef', ['abcd-1234-eXXX'], 'abcd-1234-ef'],
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

describe.each(Object.entries(SHAPED))('a key of %s', (_, key) => {
  test.each([
    ['alone', '', ''],
    ['in words', 'it is ', ' and more'],
    ['at the end of a sentence', 'It is ', '.'],
    ['in quotes', '{"x":"', '"}'],
    ['in a variable', 'export KEY=', '\n'],
    ['in brackets', '(', ')'],
    ['in a path', '/v1/', '/x'],
    ['in Chinese', '密钥是', '。'],
    ['behind a line break in JSON', 'line\\n', '\\n'],
    ['behind a blank in a URL', '?q=a%20', '&b'],
    ['in colour', '\x1b[1;31m', '\x1b[0m'],
  ])('%s', (_place, before, behind) => {
    expect(maskSecrets(before + key + behind)).toBe(`${before}***${behind}`);
  });
});

test.each(Object.entries(PLACED))('%s, with what stands around it left', (_, [before, secret, behind]) => {
  expect(maskSecrets(`x ${before}${secret}${behind} y`)).toBe(`x ${before}***${behind} y`);
});

test.each([
  'task-based, risk-free, desk-sk-1, disk-space',
  'sk-learn and sk_buff_head, SK-1, Sk-abcdefghij',
  'hf_transfer, hf_hub_download, npm_config_registry, npm_lifecycle_event, fw_update_now',
  'the bearer of good news; Bearer authentication; bearer certificates, BEARER TOKENS',
  'Akia, Asia, ASIA-PACIFIC, AKIA and AIza, eyJ, ya29',
  'https://example.org:8080/a@b, http://[::1]:80/, mailto:ann@example.org, ssh://git@example.org/x.git',
  '?page=2&sort=key&tokens=5&maxTokens=7&monkey=banana, a=b, #key, key=5',
  '-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----, -----BEGIN PUBLIC KEY-----',
  '12345678-1234-1234-1234-123456789012, 2026-11-21T13:02:48.123Z, v1.2.3-rc.1',
  '今天天气很好，我们去花店买花。',
])('ordinary text stays: %s', (text) => {
  expect(maskSecrets(text)).toBe(text);
});

test.each([
  ['in a URL', 'https://x/?q=a%2Bb%2Fc%3Dd%25', 'https://x/?q=***'],
  ['in JSON', '{"q":"say \\"a+b/c=d%\\""}', '{"q":"say \\"***\\""}'],
])('a known secret as it is written %s', (_, text, masked) => {
  expect(maskSecrets(text, ['a+b/c=d%'])).toBe(masked);
});

test('a user in a URL stays, and a password may hold a colon and an at sign', () => {
  expect(maskSecrets('https://ann:p:w@rd@host/x')).toBe('https://ann:***@host/x');
});

test('of a private key that was cut off, all that had come', () => {
  expect(maskSecrets('-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\nIGx')).toBe(
    '-----BEGIN EC PRIVATE KEY-----***',
  );
});

test('takes time in proportion to the text: hours, otherwise', () => {
  const pieces = [
    ...[
      'sk-',
      'sk-.',
      'hf_a',
      'eyJ-',
      'eyJa.',
      'AIza-',
      'A',
      's',
      '://',
      '://a:',
      '@',
      'bearer ',
      'bearer\n\n',
      ' ',
    ],
    ...[
      '?a=',
      '?key=',
      '&',
      '=',
      '-',
      '-----BEGIN ',
      '-----BEGIN PRIVATE KEY-----',
      '-----E',
      '\\n',
      '%20',
      '\x1b[1;',
    ],
  ];
  for (const piece of pieces)
    maskSecrets(`${piece.repeat(1_000_000 / piece.length)} `, ['secret-one', 'aaaaaaaa']);
});
