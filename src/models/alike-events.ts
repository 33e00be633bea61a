/** As much of a chunk as is looked at. */
interface TextChunk {
  readonly choices: readonly [{ readonly delta: { readonly content: string } }];
}

/** The key whose value is what differs, up to the quote that opens it. */
const CONTENT = /"content"\s*:\s*"/g;

/** So many events in a row that aren't like the one before: then none are expected to be. */
const MOST_MISSES = 8;

/**
 * Parses the events of a stream. Of a chat's chunks most are like the one before but for the text in them: what stands
 * around that is compared, and only the text itself parsed, which takes a fifth of the time. Gives what `JSON.parse`
 * gives.
 */
export class AlikeEvents {
  /** What stands before the text in the last chunk, and behind it, quotes included. */
  #head = '';
  #tail = '';
  #chunk: TextChunk | null = null;
  #misses = 0;

  /** @returns `undefined` for what isn't JSON */
  parse(data: string): unknown {
    const end = data.length - this.#tail.length;
    if (
      this.#chunk !== null &&
      end >= this.#head.length &&
      data.startsWith(this.#head) &&
      data.endsWith(this.#tail)
    ) {
      const content = parseJson(data.slice(this.#head.length - 1, end + 1));
      if (typeof content === 'string') {
        this.#misses = 0;
        return withContent(this.#chunk, content);
      }
    }
    const value = parseJson(data);
    if (this.#misses < MOST_MISSES && isTextChunk(value)) this.#learn(data, value);
    return value;
  }

  /** From one that has the key once, and nothing escaped: what is found is then what was parsed. */
  #learn(data: string, chunk: TextChunk): void {
    this.#misses += 1;
    this.#chunk = null;
    const [found, ...others] = data.matchAll(CONTENT);
    if (found === undefined || others.length > 0 || data.includes('\\')) return;
    const from = found.index + found[0].length;
    const to = from + chunk.choices[0].delta.content.length;
    this.#head = data.slice(0, from);
    this.#tail = data.slice(to);
    this.#chunk = chunk;
  }
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isTextChunk(value: unknown): value is TextChunk {
  const { choices } = (value ?? {}) as {
    readonly choices?: readonly [Partial<TextChunk['choices'][0]> | null];
  };
  return Array.isArray(choices) && choices.length === 1 && typeof choices[0]?.delta?.content === 'string';
}

function withContent(chunk: TextChunk, content: string): TextChunk {
  const [choice] = chunk.choices;
  return { ...chunk, choices: [{ ...choice, delta: { ...choice.delta, content } }] };
}
