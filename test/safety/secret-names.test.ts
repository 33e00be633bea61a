import { describe, expect, it, test } from 'vitest';
import { isSecretName, isSecretParameter } from '../../src/safety/secret-names.js';

describe('names of secrets', () => {
  it.each([
    ...[
      'authorization',
      'Authorization',
      'Proxy-Authorization',
      'x-api-key',
      'api_key',
      'apiKey',
      'APIKEY',
      'apikey',
    ],
    ...[
      'OPENAI_API_KEY',
      'token',
      'accessToken',
      'access_token',
      'HF_TOKEN',
      'slack-bot-token',
      'secret',
      'clientSecret',
    ],
    ...['aws_secret_access_key', 'private_key', 'password', 'dbPassword', 'passwd', 'pwd', 'passphrase'],
    ...['cookie', 'Set-Cookie', 'credential', 'credentials'],
    ...['secrets', 'passwords', 'apiKeys', 'X-Auth-Key'],
  ])('%s', (name) => {
    expect(isSecretName(name)).toBe(true);
  });

  it.each([
    ...[
      'tokens',
      'maxTokens',
      'max_tokens',
      'inputTokens',
      'totalTokens',
      'tokenizer',
      'token_count',
      'firstTokenMs',
    ],
    ...['eos_token', 'pad_token', 'stopToken', 'nextPageToken', 'llmNewToken', 'maxToken'],
    ...[
      'key',
      'keyVariable',
      'keyboard',
      'monkey',
      'author',
      'auth',
      'passage',
      'compass',
      'secretary',
      'cookies',
      '',
    ],
  ])('not %s', (name) => {
    expect(isSecretName(name)).toBe(false);
  });
});

test.each([
  ['key', true],
  ['sig', true],
  ['X-Amz-Signature', true],
  ['api_key', true],
  ['sort', false],
  ['monkey', false],
  ['tokens', false],
])('as a parameter in a URL: %s is %s', (name, secret) => {
  expect(isSecretParameter(name)).toBe(secret);
});
