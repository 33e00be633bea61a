import type { CoreClasses } from './core.js';

/** A message as `@langchain/core` has them, for handlers in programs without it. */
function messageClass(type: string) {
  return class {
    readonly type = type;
    readonly content: string = '';
    readonly additional_kwargs = {};
    readonly response_metadata = {};

    constructor(fields: object) {
      Object.assign(this, fields);
    }

    get text(): string {
      return this.content;
    }

    getType(): string {
      return type;
    }

    _getType(): string {
      return type;
    }
  };
}

class Fields {
  constructor(fields: object) {
    Object.assign(this, fields);
  }
}

/** Those that handlers are given objects of where `@langchain/core` isn't installed. */
export const PLAIN_CLASSES: CoreClasses = {
  SystemMessage: messageClass('system'),
  HumanMessage: messageClass('human'),
  AIMessage: messageClass('ai'),
  AIMessageChunk: messageClass('ai'),
  ToolMessage: messageClass('tool'),
  GenerationChunk: Fields,
  ChatGenerationChunk: Fields,
};
