import type { JsonSchema } from './json-schema.js';

/**
 * What front matter may say: the table that front matter is checked against. `schemas/front-matter.schema.json` is
 * this as a file, for editors.
 */
export const FRONT_MATTER_SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Front matter of a prompt template',
  description: 'The YAML between two lines "---" at the top of a template file.',
  type: 'object',
  additionalProperties: false,
  properties: {
    description: { description: 'What the template is for.', type: 'string' },
    model: {
      description: 'The model that answers, as in --model: "gpt-5-mini", "ollama:llama3.2".',
      type: 'string',
      minLength: 1,
    },
    temperature: {
      description: 'How much chance there is in the answer.',
      type: 'number',
      minimum: 0,
      maximum: 2,
    },
    top_p: {
      description: 'Only the likeliest tokens that together have this probability are considered.',
      type: 'number',
      minimum: 0,
      maximum: 1,
    },
    max_tokens: { description: 'The most tokens that the answer may have.', type: 'integer', minimum: 1 },
    max_cost: {
      description: 'The most US dollars that a run may cost.',
      type: 'number',
      minimum: 0.000001,
    },
    max_total_tokens: {
      description: 'The most tokens that a run may take, prompt and answer together.',
      type: 'integer',
      minimum: 1,
    },
    stop: {
      description: 'A text, or several, at which the answer ends.',
      type: ['string', 'array'],
      minLength: 1,
      minItems: 1,
      items: { type: 'string', minLength: 1 },
    },
    seed: { description: 'The same seed gives the same answer, where the provider can.', type: 'integer' },
    response_format: {
      description: 'How the answer must be shaped.',
      type: 'object',
      additionalProperties: false,
      required: ['type'],
      properties: {
        type: {
          description: 'Any text, any JSON object, or JSON that fits a schema.',
          type: 'string',
          enum: ['text', 'json_object', 'json_schema'],
        },
        name: { description: 'A name for the schema.', type: 'string', minLength: 1 },
        schema: { description: 'The JSON Schema that the answer fits.', type: 'object' },
      },
      if: { properties: { type: { type: 'string', enum: ['json_schema'] } } },
      // biome-ignore lint/suspicious/noThenProperty: JSON Schema names its keyword so, and nobody awaits a schema
      then: { required: ['schema'] },
      else: { properties: { name: false, schema: false } },
    },
    reasoning_effort: {
      description:
        'How much a reasoning model thinks: "minimal", "low", "medium", "high" or what else it knows.',
      type: 'string',
      minLength: 1,
    },
    extra_body: { description: 'Merged into the body of the request as it is.', type: 'object' },
    system: {
      description: 'A system message before all others. It may have {variables}.',
      type: 'string',
      minLength: 1,
    },
    inputs: {
      description: 'The variables of the template.',
      type: 'object',
      additionalProperties: {
        description: 'A default value, or what there is to say about the variable.',
        type: ['string', 'number', 'boolean', 'null', 'object'],
        additionalProperties: false,
        properties: {
          description: { description: 'What the variable means.', type: 'string' },
          default: {
            description: 'The value where none is given, as text just as it is written here.',
            type: ['string', 'number', 'boolean'],
          },
          required: {
            description: 'false: without a value and without a default it is empty text. true unless said.',
            type: 'boolean',
          },
        },
      },
    },
    tools: {
      description: 'What the model may call, by name.',
      type: 'object',
      additionalProperties: false,
      properties: {
        calculator: {
          description: 'Works out expressions.',
          type: ['object', 'null'],
          additionalProperties: false,
        },
        current_time: {
          description: 'Tells the date and the time.',
          type: ['object', 'null'],
          additionalProperties: false,
        },
        read_file: {
          description: 'Reads text files of one folder.',
          type: 'object',
          additionalProperties: false,
          required: ['folder'],
          properties: {
            folder: { description: "From the template's own folder.", type: 'string', minLength: 1 },
            max_bytes: { description: 'Of one file.', type: 'integer', minimum: 1 },
          },
        },
        http_get: {
          description: 'Gets pages of the hosts listed.',
          type: 'object',
          additionalProperties: false,
          required: ['allow'],
          properties: {
            allow: {
              description: 'Hosts, such as "example.org", "*.example.org" or "localhost:8080".',
              type: 'array',
              minItems: 1,
              items: { type: 'string', minLength: 1 },
            },
            allow_private: { description: 'Also addresses of private networks.', type: 'boolean' },
            max_bytes: { description: 'Of one answer.', type: 'integer', minimum: 1 },
          },
        },
      },
    },
    max_rounds: {
      description: 'How often the model may be asked where it calls tools.',
      type: 'integer',
      minimum: 1,
    },
    offline: {
      description: 'The reply of the offline model, word for word. It has no variables.',
      type: 'string',
      minLength: 1,
    },
  },
} as const satisfies JsonSchema;
