import { StringDecoder } from 'node:string_decoder';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { ChainError } from '../errors.js';
import { AlikeEvents, parseJson } from './alike-events.js';

/** The most characters that one event, or a body that is one document, may have. */
export const MOST_CHARACTERS = 16 * 1024 * 1024;

/**
 * Turns the bytes of an answer into the JSON values in it: the events of a stream, or the one document that some
 * servers send in its place. Which of the two it is, its first character tells; its content type often doesn't.
 */
export class EventParser {
  /** `[DONE]` has come. */
  done = false;
  /** Why nothing more is read, after all that was found before it: `invalid_response` or `stream_cut`. */
  failure: ChainError | undefined;
  /** Known once there is anything but white space. */
  format: 'events' | 'document' | 'markup' | undefined;
  #values: unknown[] = [];
  #head = '';
  #document: string[] = [];
  #characters = 0;
  /** In what was fed last. They are taken after that: V8 makes small functions fast sooner. */
  #found: EventSourceMessage[] = [];
  /** What came last is an event whose end isn't there, and won't be waited for. */
  #tooLarge = false;
  /** How many events with anything in them have come. */
  #events = 0;
  #ended = false;
  readonly #alike = new AlikeEvents();
  readonly #decoder = new StringDecoder('utf8');
  readonly #parser = createParser({
    // The room is for the field's name.
    maxBufferSize: MOST_CHARACTERS + 64,
    onEvent: (event) => void this.#found.push(event),
    onError: ({ type }) => {
      if (type === 'max-buffer-size-exceeded') this.#tooLarge = true;
    },
  });

  /** What is complete with these bytes. */
  push(bytes: Uint8Array): readonly unknown[] {
    return this.#feed(this.#decoder.write(bytes as Buffer));
  }

  /** What is left once all bytes have come. A last event that was cut short is left out. */
  end(): readonly unknown[] {
    this.#ended = true;
    const rest = this.#decoder.end();
    if (this.format !== 'document') return this.#feed(`${rest}\n\n`);
    const text = this.#document.join('') + rest;
    this.#document = [];
    const value = parseJson(text);
    if (value !== undefined) return [value];
    this.failure ??= new ChainError('stream_cut', 'the answer ended in the middle of its JSON');
    return NOTHING;
  }

  #feed(text: string): readonly unknown[] {
    const fed = this.format === undefined ? this.#look(text) : text;
    if (fed === '' || this.format === 'markup' || this.failure !== undefined) return NOTHING;
    if (this.format === 'document') {
      this.#document.push(fed);
      this.#characters += fed.length;
      if (this.#characters > MOST_CHARACTERS) this.failure = tooLarge('the answer');
      return NOTHING;
    }
    this.#values = [];
    this.#found = [];
    this.#parser.feed(fed);
    for (const event of this.#found) this.#take(event);
    if (this.#tooLarge) this.failure ??= tooLarge(`event ${this.#events + 1} of the stream`);
    return this.#values;
  }

  /** Waits for the first character that tells the format, and gives all that came with it. */
  #look(text: string): string {
    this.#head = (this.#head + text).replace(/^[\ufeff\s]+/, '');
    if (this.#head === '') return '';
    const [first] = this.#head;
    this.format = first === '{' || first === '[' ? 'document' : first === '<' ? 'markup' : 'events';
    return this.#head;
  }

  #take({ event, data }: EventSourceMessage): void {
    if (this.done || this.failure !== undefined) return;
    if (data.startsWith('[DONE]')) {
      this.done = true;
      return;
    }
    const said = data.trim();
    if (event === 'error') {
      const value = parseJson(data);
      this.#values.push({ error: errorIn(value) ?? value ?? (said || 'it gave no reason') });
      return;
    }
    if (said === '') return;
    this.#events++;
    if (data.length > MOST_CHARACTERS) {
      this.failure = tooLarge(`event ${this.#events} of the stream`);
      return;
    }
    const value = this.#alike.parse(data);
    if (value !== undefined) this.#values.push(value);
    else if (!this.#ended) {
      this.failure = new ChainError('invalid_response', `event ${this.#events} of the stream isn't JSON`);
    }
  }
}

const NOTHING: readonly unknown[] = [];

function errorIn(value: unknown): unknown {
  return (value as { error?: unknown } | null | undefined)?.error;
}

function tooLarge(what: string): ChainError {
  return new ChainError('invalid_response', `${what} has more than ${MOST_CHARACTERS / 1024 / 1024} MiB`);
}
