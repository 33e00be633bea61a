import { expect, test } from 'vitest';
import { secretsInUrl } from '../../src/safety/url-secrets.js';

test.each([
  ['https://api.openai.com/v1', []],
  ['https://ann:geheim@host/v1', ['geheim', 'geheim']],
  ['https://ann:ge%40heim@host/v1', ['ge%40heim', 'ge@heim']],
  ['https://lone-token@host/v1', ['lone-token', 'lone-token']],
  ['https://host/v1?api_key=abc%2Fdef&page=2&sig=xyz#top', ['abc%2Fdef', 'abc/def', 'xyz', 'xyz']],
  ['https://host/a@b?x', []],
  ['host:8080', []],
  ['https://ann:100%@host', ['100%', '100%']],
  ['', []],
])('%s', (url, secrets) => {
  expect(secretsInUrl(url)).toEqual(secrets);
});
