import { ChainError } from '../errors.js';
import { checkSchema, type JsonSchema } from '../prompts/json-schema.js';
import type { Config } from './config.js';
import { parseYaml } from './yaml.js';

const PRICE = { description: 'In dollars per million tokens.', type: 'number', minimum: 0 } as const;

/** What a configuration may say: the table that it is checked against. */
export const CONFIG_SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Configuration of chain',
  type: 'object',
  additionalProperties: false,
  properties: {
    model: {
      description: 'The model that answers where nothing else names one.',
      type: 'string',
      minLength: 1,
    },
    prices: {
      description: 'Prices by model; they win over the list that ships.',
      type: 'object',
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        required: ['input', 'output'],
        properties: { input: PRICE, output: PRICE, cachedInput: PRICE },
      },
    },
    providers: {
      description: 'OpenAI-compatible servers by the prefix that names them.',
      type: 'object',
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        required: ['baseUrl'],
        properties: {
          baseUrl: { description: 'What stands before /chat/completions.', type: 'string', minLength: 1 },
          keyVariable: {
            description: 'The environment variable that holds its key.',
            type: 'string',
            minLength: 1,
          },
        },
      },
    },
    defaults: {
      description: 'Flags of chain run that hold unless they are given.',
      type: 'object',
      additionalProperties: false,
      properties: {
        temperature: { type: 'number', minimum: 0, maximum: 2 },
        topP: { type: 'number', minimum: 0, maximum: 1 },
        maxTokens: { type: 'integer', minimum: 1 },
        seed: { type: 'integer' },
        maxCost: { description: 'In dollars.', type: 'number', minimum: 0.000001 },
        maxTotalTokens: { type: 'integer', minimum: 1 },
        verbose: { type: 'boolean' },
        log: { type: 'string', minLength: 1 },
        logFormat: { type: 'string', enum: ['text', 'jsonl'] },
        logTokens: { type: 'boolean' },
        quiet: { type: 'boolean' },
        stream: { type: 'boolean' },
        timeout: { type: 'number', minimum: 0.001 },
        retries: { type: 'integer', minimum: 0 },
        redact: { type: 'array', items: { type: 'string', minLength: 1 } },
        content: { type: 'boolean' },
      },
    },
  },
} as const satisfies JsonSchema;

/** @throws ChainError `invalid_config`, naming the file and everything in it that is wrong */
export function parseConfig(text: string, file: string): Config {
  const data = parseYaml(text, file, 'invalid_config') ?? {};
  const problems = checkSchema(CONFIG_SCHEMA, data);
  if (problems.length === 0) return data as Config;
  const wrong = problems.map(({ path, message }) =>
    path.length === 0 ? 'it must be keys and values' : message,
  );
  throw new ChainError('invalid_config', `${file}: ${wrong.join('; ')}`);
}
