import type { ModelRequest } from './model.js';
import { OpenAICompatible, type OpenAICompatibleFields } from './openai-compatible.js';
import { DEFAULT_MODEL } from './providers.js';
import { chatBody, type RequestBody } from './request-body.js';

export type ChatOpenAIFields = OpenAICompatibleFields;

/**
 * A chat model on OpenAI's chat completions, or on those of whoever speaks the same protocol. The openai package is
 * loaded with the first request.
 *
 * @example const answer = await new ChatOpenAI({ model: 'gpt-5-mini' }).invoke('1 + 2 = ');
 */
export class ChatOpenAI extends OpenAICompatible {
  readonly name = 'ChatOpenAI';
  readonly kind = 'chat';
  protected readonly path = '/chat/completions';

  constructor(fields: ChatOpenAIFields = {}) {
    super(fields, DEFAULT_MODEL);
  }

  protected body(request: ModelRequest): RequestBody {
    return chatBody(this.model, this.baseUrl, request);
  }
}
