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

/** The model of a name such as `gpt-5-mini`, `ollama:llama3.2` or `offline`. Loads only what that one needs. */
export async function createModel(name: string, fields: CreateModelFields = {}): Promise<Model> {
  const { timeoutMs, maxRetries, providers, reply, implicit, ...common } = fields;
  if (name === 'offline') {
    const { OfflineModel } = await import('./offline.js');
    return new OfflineModel({ ...common, reply, implicit });
  }
  return new ChatOpenAI({ ...common, model: name, timeoutMs, maxRetries, providers });
}
