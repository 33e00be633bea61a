import { ChainError } from '../errors.js';
import { parseCheckedYaml, type YamlKind } from '../prompts/checked-yaml.js';
import type { JsonSchema } from '../prompts/json-schema.js';
import { TemplateError } from '../prompts/source-position.js';
import type { Config } from './config.js';

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

const CONFIG: YamlKind = { name: 'configuration', schema: CONFIG_SCHEMA, hint: () => undefined };

/** @throws ChainError `invalid_config`, naming file and line of everything in it that is wrong */
export function parseConfig(text: string, file: string): Config {
  try {
    return parseCheckedYaml(text, file, CONFIG).data as Config;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const { message, hint } = error;
    throw new ChainError('invalid_config', message, { cause: error, ...(hint !== undefined && { hint }) });
  }
}
