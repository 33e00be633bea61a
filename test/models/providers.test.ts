import { expect, test } from 'vitest';
import { PROVIDERS, providerAt, resolveModelName } from '../../src/models/providers.js';

const OPENAI = { provider: 'openai', baseUrl: 'https://api.openai.com/v1', keyVariable: 'OPENAI_API_KEY' };
const GROQ = { provider: 'groq', baseUrl: 'https://api.groq.com/openai/v1', keyVariable: 'GROQ_API_KEY' };
const OLLAMA = { provider: 'ollama', apiKey: undefined, keyVariable: undefined };

test.each([
  ['gpt-5-mini', {}, { ...OPENAI, model: 'gpt-5-mini', apiKey: undefined }],
  ['gpt-5-mini', { OPENAI_API_KEY: ' k1\r\n' }, { ...OPENAI, model: 'gpt-5-mini', apiKey: 'k1' }],
  ['openai:gpt-5', { OPENAI_API_KEY: 'k1' }, { ...OPENAI, model: 'gpt-5', apiKey: 'k1' }],
  ['ft:gpt-4o:acme::1', {}, { ...OPENAI, model: 'ft:gpt-4o:acme::1', apiKey: undefined }],
  ['llama3.2:3b', {}, { ...OPENAI, model: 'llama3.2:3b', apiKey: undefined }],
  ['constructor:x', {}, { ...OPENAI, model: 'constructor:x', apiKey: undefined }],
  [
    'llama3.2:3b',
    { OPENAI_BASE_URL: 'http://here/v1' },
    {
      provider: 'openai',
      model: 'llama3.2:3b',
      baseUrl: 'http://here/v1',
      apiKey: undefined,
      keyVariable: undefined,
    },
  ],
  [
    'groq:llama-3.3-70b',
    { GROQ_API_KEY: 'k2', OPENAI_API_KEY: 'k1', OPENAI_BASE_URL: 'http://here/v1' },
    { ...GROQ, model: 'llama-3.3-70b', apiKey: 'k2' },
  ],
  ['groq:a:b', { OPENAI_API_KEY: 'k1' }, { ...GROQ, model: 'a:b', apiKey: undefined }],
  [
    'ollama:llama3.2:3b',
    { OPENAI_API_KEY: 'k1' },
    { ...OLLAMA, model: 'llama3.2:3b', baseUrl: 'http://127.0.0.1:11434/v1' },
  ],
  ['ollama:m', { OLLAMA_HOST: '' }, { ...OLLAMA, model: 'm', baseUrl: 'http://127.0.0.1:11434/v1' }],
  ['ollama:m', { OLLAMA_HOST: 'box' }, { ...OLLAMA, model: 'm', baseUrl: 'http://box:11434/v1' }],
  ['ollama:m', { OLLAMA_HOST: 'box:80' }, { ...OLLAMA, model: 'm', baseUrl: 'http://box/v1' }],
  ['ollama:m', { OLLAMA_HOST: ':9' }, { ...OLLAMA, model: 'm', baseUrl: 'http://127.0.0.1:9/v1' }],
  ['ollama:m', { OLLAMA_HOST: '0.0.0.0:9' }, { ...OLLAMA, model: 'm', baseUrl: 'http://127.0.0.1:9/v1' }],
  ['ollama:m', { OLLAMA_HOST: 'https://box' }, { ...OLLAMA, model: 'm', baseUrl: 'https://box/v1' }],
  ['ollama:m', { OLLAMA_HOST: 'http://box:9/o/' }, { ...OLLAMA, model: 'm', baseUrl: 'http://box:9/o' }],
])('%s with %j', (name, env, expected) => {
  expect(resolveModelName(name, {}, env)).toEqual(expected);
});

test('further providers win over those that are known, and known ones stay', () => {
  const providers = {
    acme: { baseUrl: 'http://acme/v1', keyVariable: 'ACME_KEY' },
    groq: { baseUrl: 'http://mine/v1' },
  };
  expect(resolveModelName('acme:x', providers, { ACME_KEY: 'k' })).toEqual({
    provider: 'acme',
    model: 'x',
    baseUrl: 'http://acme/v1',
    apiKey: 'k',
    keyVariable: 'ACME_KEY',
  });
  expect(resolveModelName('groq:x', providers, {}).baseUrl).toBe('http://mine/v1');
  expect(resolveModelName('mistral:x', providers, {}).baseUrl).toBe('https://api.mistral.ai/v1');
});

test.each(['groq:', ''])('%j names no model', (name) => {
  expect(() => resolveModelName(name, {}, {})).toThrow(
    expect.objectContaining({ code: 'invalid_argument', message: `\`${name}\` names no model` }),
  );
});

test.each([
  ['https://api.groq.com/openai/v1', 'groq'],
  ['http://localhost:11434/v1', 'ollama'],
  ['http://[::1]:1234/v1', 'lmstudio'],
  ['https://api.openai.com.evil.example/v1', undefined],
  ['http://127.0.0.1:1/v1', undefined],
  ['nonsense', undefined],
])('the provider at %s is %s', (baseUrl, provider) => {
  expect(providerAt(baseUrl)).toBe(provider);
});

test('every address is a URL without a slash at its end', () => {
  for (const { baseUrl } of Object.values(PROVIDERS)) {
    expect(new URL(baseUrl).href.replace(/\/$/, '')).toBe(baseUrl);
    expect(baseUrl).not.toMatch(/\/$/);
  }
});
