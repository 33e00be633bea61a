import { takesMessages } from '../tokens/chat-framing.js';
import { ChatOpenAI } from './chat-openai.js';
import type { Model, ModelFields } from './model.js';
import type { Providers } from './providers.js';

export interface CreateModelFields extends ModelFields {
  readonly timeoutMs?: number | undefined;
  readonly maxRetries?: number | undefined;
  /** Further OpenAI-compatible servers by prefix, besides those known. */
  readonly providers?: Providers | undefined;
  /** The offline model's: the template's scripted reply. */
  readonly reply?: string | undefined;
  /** The offline model's: nobody asked for it. */
  readonly implicit?: boolean | undefined;
}

/**
 * The model of a name such as `gpt-5-mini`, `ollama:llama3.2` or `offline`. OpenAI's completion models are asked at
 * their own endpoint. Loads only what that one needs.
 */
export async function createModel(name: string, fields: CreateModelFields = {}): Promise<Model> {
  const { timeoutMs, maxRetries, providers, reply, implicit, ...common } = fields;
  if (name === 'offline') {
    const { OfflineModel } = await import('./offline.js');
    return new OfflineModel({ ...common, reply, implicit });
  }
  const served = { ...common, model: name, timeoutMs, maxRetries, providers };
  if (takesMessages(name)) return new ChatOpenAI(served);
  const { OpenAI } = await import('./openai.js');
  return new OpenAI(served);
}
