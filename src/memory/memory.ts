import type { RunOptions } from '../callbacks/run.js';
import type { Message, UsageSum } from '../messages.js';

/** One turn of a conversation: what the human said, and what was answered. */
export interface Turn {
  readonly input: string;
  readonly output: string;
}

/** What a memory keeps of the past. Plain data that is never changed: the next state is another object. */
export interface MemoryState {
  /** Turns that are kept whole, oldest first. */
  readonly turns: readonly KeptTurn[];
  /** What stands for the turns before them; `''` for nothing. */
  readonly summary: string;
}

export interface KeptTurn extends Turn {
  /** Counted where the memory has a token limit. */
  readonly tokens?: number;
}

/** A state, and what it took to make it. */
export interface MemoryUpdate {
  readonly state: MemoryState;
  /** What the memory's own model spent; `null` where none was asked. */
  readonly usage: UsageSum | null;
}

export interface MemoryFields {
  /** Before what the human said, in {@link Memory.buffer}. Default `Human`. */
  readonly humanPrefix?: string | undefined;
  /** Default `AI`. */
  readonly aiPrefix?: string | undefined;
  /** Before a summary of the past, where a chat model is shown it. Default `Earlier in this conversation: `. */
  readonly summaryPrefix?: string | undefined;
}

export const NOTHING_REMEMBERED: MemoryState = Object.freeze({ turns: Object.freeze([]), summary: '' });

/** The contract of a memory, and what all kinds have in common. A kind says what is left of the past after one more turn. */
export abstract class Memory {
  /** As on the command line: `buffer`, `window:2`. */
  abstract readonly kind: string;
  readonly humanPrefix: string;
  readonly aiPrefix: string;
  readonly summaryPrefix: string;
  state: MemoryState = NOTHING_REMEMBERED;

  constructor(fields: MemoryFields = {}) {
    this.humanPrefix = fields.humanPrefix ?? 'Human';
    this.aiPrefix = fields.aiPrefix ?? 'AI';
    this.summaryPrefix = fields.summaryPrefix ?? 'Earlier in this conversation: ';
  }

  /**
   * What there is to keep after one more turn. The memory itself stays as it is.
   * @param call the turn's run as `parent`, for a memory that asks a model: its runs are tagged `memory`
   * @throws what the memory's model throws
   */
  abstract after(turn: Turn, call?: RunOptions): Promise<MemoryUpdate>;

  /** Keeps one more turn. A conversation does that on its own. Throws as {@link after} does, and then nothing is kept. */
  async remember(turn: Turn, call?: RunOptions): Promise<void> {
    this.state = (await this.after(turn, call)).state;
  }

  /** What a chat model is shown of the past. */
  get messages(): readonly Message[] {
    const { turns, summary } = this.state;
    const said = turns.flatMap(toMessages);
    return summary === '' ? said : [{ role: 'system', content: `${this.summaryPrefix}${summary}` }, ...said];
  }

  /** The same as one text: the summary, and a `Human: …` and an `AI: …` line for each turn. */
  get buffer(): string {
    const { turns, summary } = this.state;
    const lines = this.linesOf(turns);
    return [summary, lines].filter((part) => part !== '').join('\n');
  }

  clear(): void {
    this.state = NOTHING_REMEMBERED;
  }

  protected linesOf(turns: readonly Turn[]): string {
    return turns
      .map(({ input, output }) => `${this.humanPrefix}: ${input}\n${this.aiPrefix}: ${output}`)
      .join('\n');
  }
}

export function toMessages({ input, output }: Turn): readonly Message[] {
  return [
    { role: 'user', content: input },
    { role: 'assistant', content: output },
  ];
}
