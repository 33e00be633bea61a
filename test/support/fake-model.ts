import type { Usage } from '../../src/messages.js';
import { Model, type ModelChunk, type ModelFields, type ModelRequest } from '../../src/models/model.js';

/** One thing that a fake model does: sends a text or chunks, fails, or whatever a function says. */
export type FakeStep =
  | string
  | readonly ModelChunk[]
  | Error
  | ((request: ModelRequest) => FakeStep | undefined | Promise<FakeStep | undefined>);

export interface FakeModelFields extends ModelFields {
  readonly steps?: readonly FakeStep[];
  readonly kind?: 'chat' | 'completion';
  readonly name?: string;
  readonly model?: string;
}

export const FAKE_USAGE: Usage = {
  inputTokens: 3,
  outputTokens: 2,
  totalTokens: 5,
  cachedTokens: null,
  reasoningTokens: null,
  source: 'reported',
};

/** What ends a whole answer. */
export const FINISH: readonly ModelChunk[] = [{ finishReason: 'stop', usage: FAKE_USAGE }];

/** A model that goes through its steps at each call; by default it answers `one`, `two`. Ignores its signal. */
export class FakeModel extends Model {
  override readonly name: string;
  override readonly model: string;
  override readonly provider = 'fake';
  override readonly kind: 'chat' | 'completion';
  readonly calls: ModelRequest[] = [];
  /** How many calls were left again, in whichever way. */
  left = 0;
  readonly #steps: readonly FakeStep[];

  constructor(fields: FakeModelFields = {}) {
    super(fields);
    this.name = fields.name ?? 'FakeModel';
    this.model = fields.model ?? 'fake-1';
    this.kind = fields.kind ?? 'chat';
    this.#steps = fields.steps ?? ['one', 'two', FINISH];
  }

  protected override async *answer(request: ModelRequest): AsyncGenerator<readonly ModelChunk[]> {
    this.calls.push(request);
    try {
      for (const step of this.#steps) {
        const result = typeof step === 'function' ? await step(request) : step;
        if (result instanceof Error) throw result;
        if (typeof result === 'string') yield [{ text: result }];
        else if (Array.isArray(result)) yield result;
      }
    } finally {
      this.left += 1;
    }
  }
}

/** Waits until the request is aborted, as a provider does, and throws the reason. */
export function hang({ signal }: ModelRequest): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
