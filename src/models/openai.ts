import type { ModelRequest } from './model.js';
import { OpenAICompatible, type OpenAICompatibleFields } from './openai-compatible.js';
import { DEFAULT_COMPLETION_MODEL } from './providers.js';
import { completionBody, type RequestBody } from './request-body.js';

export type OpenAIFields = OpenAICompatibleFields;

/**
 * A completion model on OpenAI's completions endpoint: it continues a text. It may answer with 256 tokens where
 * nothing is said.
 */
export class OpenAI extends OpenAICompatible {
  readonly name = 'OpenAI';
  readonly kind = 'completion';
  protected readonly path = '/completions';

  constructor(fields: OpenAIFields = {}) {
    super(fields, DEFAULT_COMPLETION_MODEL);
  }

  protected body(request: ModelRequest): RequestBody {
    return completionBody(this.model, request);
  }
}
