import type { EventOf, EventType } from '../events.js';
import { MASK, type Redact } from '../safety/redactor.js';
import { isSecretName } from '../safety/secret-names.js';

/** Every event but a token, which is only part of a text. */
export type WholeEvent = EventOf<Exclude<EventType, 'llmNewToken'>>;

/**
 * The event with all texts masked: values, the names of what people put in, and whatever text stands under a name such
 * as `authorization` or `apiKey`. What tells runs apart, and words that the format prescribes, stay as they are. The
 * thrown error isn't part of it any more.
 */
export function maskEvent<E extends WholeEvent>(event: E, redact: Redact): E {
  const masker = new EventMasker(redact);
  const entries = Object.entries(event).map(([key, value]) => [
    key,
    AS_IT_IS.has(key) ? value : maskWhole(masker, value, key),
  ]);
  return Object.fromEntries(entries) as E;
}

/** What is nested deeper than can be gone through is left out: nobody could read it either. */
function maskWhole(masker: EventMasker, value: unknown, key: string): unknown {
  try {
    return masker.mask(value, key, false);
  } catch (error) {
    if (error instanceof RangeError) return '(nested too deeply to be shown)';
    throw error;
  }
}

const AS_IT_IS: ReadonlySet<string> = new Set(['type', 'runId', 'parentRunId', 'finishReason', 'usage']);

/** Names that the format of events prescribes. */
const FORMAT_NAMES: ReadonlySet<string> = new Set(
  `role content name toolCalls toolCallId id arguments description parameters pageContent metadata code message
  temperature topP maxTokens stop seed responseFormat type schema reasoningEffort extraBody`.split(/\s+/),
);

/** Words that it prescribes, by the names that they stand under. */
const FORMAT_WORDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['role', ['system', 'user', 'assistant', 'tool']],
  ['type', ['text', 'json_object', 'json_schema']],
  ['kind', ['prompt']],
]);

/** Texts that are JSON where a model or a tool has written them. */
const JSON_TEXTS: ReadonlySet<string> = new Set(['arguments', 'input', 'output']);

class EventMasker {
  readonly #redact: Redact;
  /** An answer stands in an event more than once. */
  #last = { text: '', masked: '' };

  constructor(redact: Redact) {
    this.#redact = redact;
  }

  /** @param secret whether any text is a secret here */
  mask(value: unknown, name: string, secret: boolean): unknown {
    if (typeof value === 'string') return this.#maskText(value, name, secret);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.mask(item, name, secret));
    if ('toJSON' in value && typeof value.toJSON === 'function') {
      return this.mask(value.toJSON(), name, secret);
    }
    const taken = new Set<string>();
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        this.#maskName(key, taken),
        this.mask(item, key, isSecretName(key)),
      ]),
    );
  }

  #maskText(text: string, name: string, secret: boolean): string {
    if (secret && text !== '') return MASK;
    if (FORMAT_WORDS.get(name)?.includes(text)) return text;
    if (text !== this.#last.text) this.#last = { text, masked: this.#redact(text) };
    const { masked } = this.#last;
    return JSON_TEXTS.has(name) ? maskJsonText(masked) : masked;
  }

  /** Two names that are masked stay two. */
  #maskName(name: string, taken: Set<string>): string {
    const masked = FORMAT_NAMES.has(name) ? name : this.#redact(name);
    let unique = masked;
    for (let count = 2; masked !== name && taken.has(unique); count += 1) unique = `${masked} ${count}`;
    taken.add(unique);
    return unique;
  }
}

/** Masks what stands under the name of a secret in a text that is JSON, whole or cut off. */
function maskJsonText(text: string): string {
  return text.replace(JSON_PAIR, (pair, start: string, name: string, end: string) =>
    isSecretName(name) ? start + MASK + end : pair,
  );
}

const JSON_PAIR = /("([^"\\]{1,60})"\s{0,8}:\s{0,8}")(?:[^"\\]|\\.|\\$)+("|$)/gs;
