import type { JsonSchema } from '../prompts/json-schema.js';

/**
 * What a conversation file may say: the table that it is checked against. `schemas/conversation.schema.json` is this
 * as a file, for editors.
 */
export const CONVERSATION_SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Conversation file',
  description: 'A conversation, and the facts in it that a memory is tested with.',
  type: 'object',
  additionalProperties: false,
  required: ['turns'],
  properties: {
    description: { description: 'What the conversation is about.', type: 'string' },
    system: { description: 'A system message before all turns.', type: 'string', minLength: 1 },
    turns: {
      description: 'The turns, oldest first.',
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['user'],
        properties: {
          user: { description: 'What the user says.', type: 'string', minLength: 1 },
          assistant: {
            description: 'The reply. Either all turns have one, or none has and a model answers.',
            type: 'string',
            minLength: 1,
          },
        },
      },
    },
    facts: {
      description: 'What is said in one turn and asked for in a later one.',
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['text', 'turn', 'asked'],
        properties: {
          text: {
            description:
              'What must be in that which the model is sent, letter for letter, for the fact to be known.',
            type: 'string',
            minLength: 1,
          },
          turn: {
            description: 'The turn in which it is said, by the user or in the reply; the first turn is 1.',
            type: 'integer',
            minimum: 1,
          },
          asked: {
            description: 'The later turn in which the user asks for it, without saying it.',
            type: 'integer',
            minimum: 1,
          },
        },
      },
    },
  },
} as const satisfies JsonSchema;
