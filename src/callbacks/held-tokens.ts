import type { LLMNewTokenEvent } from '../events.js';
import { MASK, type PieceRules } from '../safety/redactor.js';

/** What is held back of one run, in characters, is never much more than this. */
export const MOST_HELD = 16_384;

const NEWLINE = /\n/g;
/** As many characters as the pattern of an end may have before its last. */
const END_BEFORE = 5;

/**
 * The tokens of one run, masked as the one text that they are. A token is passed on at once, unless it could be part of
 * something to be masked that isn't whole; then it is held back until that is known. Each is passed on once, in order;
 * their texts together are the masked text. What a mask stands for is in the first of its tokens, the others are empty.
 *
 * Something that goes on for more than {@link MOST_HELD} characters is masked without waiting for its end.
 */
export class HeldTokens {
  readonly #rules: PieceRules;
  readonly #pass: (event: LLMNewTokenEvent) => void;
  /** The end of what is settled, as it came. */
  #before = '';
  readonly #held: LLMNewTokenEvent[] = [];
  /** What the tokens that are held have said, but for what is settled of the first one. */
  #open = '';
  /** What is settled of the first token that is held: how many characters of it, and what they became. */
  #settled = { length: 0, text: '' };
  /** Matches where there is something to settle; `null` for anywhere. */
  #until: RegExp | null = null;
  /** What is being masked has been told, and goes on. */
  #swallowing = false;

  constructor(rules: PieceRules, pass: (event: LLMNewTokenEvent) => void) {
    this.#rules = rules;
    this.#pass = pass;
  }

  take(event: LLMNewTokenEvent): void {
    if (this.#swallowing) this.#swallow(event);
    else if (this.#held.length > 0 || this.#rules.byLine) this.#hold(event);
    else {
      const text = this.#before + event.token;
      if (this.#rules.mayMask(text, this.#before.length)) this.#hold(event);
      else {
        this.#remember(text);
        this.#pass(event);
      }
    }
  }

  /** Passes on what is held: nothing more comes. */
  end(): void {
    this.#swallowing = false;
    const text = this.#before + this.#open;
    this.#release(text, text.length);
  }

  #hold(event: LLMNewTokenEvent): void {
    this.#held.push(event);
    this.#open += event.token;
    if (this.#maySettle(event.token) || this.#open.length > MOST_HELD) this.#settle();
  }

  /** Of what is long only the end of it is looked for. */
  #maySettle(token: string): boolean {
    const { byLine, lookBack } = this.#rules;
    const until = byLine ? NEWLINE : this.#until;
    if (until === null || (!byLine && this.#open.length < lookBack)) return true;
    until.lastIndex = 0;
    return until.test(this.#open.slice(-token.length - END_BEFORE));
  }

  /** Passes on what more text can't change. */
  #settle(): void {
    const text = this.#before + this.#open;
    const from = this.#before.length;
    const line = { at: Math.max(from, text.lastIndexOf('\n') + 1), until: NEWLINE };
    const unfinished = this.#rules.unfinished(text, from, this.#rules.byLine ? line : null);
    this.#until = unfinished?.until ?? null;
    this.#release(text, unfinished?.at ?? text.length);
    if (this.#open.length > MOST_HELD) this.#overflow();
  }

  #overflow(): void {
    const text = this.#before + this.#open;
    const from = this.#before.length;
    const unfinished = this.#rules.unfinished(text, from, null);
    if (unfinished === null) this.#release(text, text.length);
    else {
      this.#release(text, unfinished.at);
      this.#passOn(this.#open, MASK);
      this.#remember(text);
      this.#until = unfinished.until;
      this.#swallowing = true;
    }
  }

  #swallow(event: LLMNewTokenEvent): void {
    const { token } = event;
    const before = this.#before.slice(-END_BEFORE);
    const until = this.#until!;
    until.lastIndex = 0;
    const end = until.exec(before + token);
    if (end === null) {
      this.#remember(this.#before + token);
      this.#pass({ ...event, token: '' });
      return;
    }
    const at = Math.max(0, end.index - before.length);
    this.#remember(this.#before + token.slice(0, at));
    this.#swallowing = false;
    this.#until = null;
    this.take({ ...event, token: token.slice(at) });
  }

  /** @param to where in the text what is settled ends; it begins where {@link HeldTokens.#before} ends */
  #release(text: string, to: number): void {
    const from = this.#before.length;
    let masked = '';
    try {
      if (to > from) masked = this.#rules.mask(text.slice(0, to), from);
    } finally {
      // Where it couldn't be masked, nothing of it is passed on.
      this.#passOn(text.slice(from, to), masked);
      this.#remember(text.slice(0, to));
    }
  }

  /**
   * Shares the masked text out to the tokens that the raw one is from. Where the two are the same, at the beginning and
   * at the end, each has its own; what is between goes to the first that has a part of it.
   */
  #passOn(raw: string, masked: string): void {
    const same = sharedStart(raw, masked);
    const sameEnd = sharedEnd(raw, masked, same);
    const rest = raw.length - sameEnd;
    let middle = masked.slice(same, masked.length - sameEnd);
    let at = 0;
    let whole = 0;
    for (const event of this.#held) {
      const end = at + event.token.length - this.#settled.length;
      let text = this.#settled.text + raw.slice(at, Math.min(end, same));
      if (middle !== '' && (end > same || end >= raw.length)) {
        text += middle;
        middle = '';
      }
      text += raw.slice(Math.max(at, rest), Math.min(end, raw.length));
      if (end > raw.length) {
        this.#settled = { length: this.#settled.length + Math.max(0, raw.length - at), text };
        break;
      }
      this.#settled = { length: 0, text: '' };
      this.#pass(text === event.token ? event : { ...event, token: text });
      at = end;
      whole += 1;
    }
    this.#held.splice(0, whole);
    this.#open = this.#open.slice(raw.length);
  }

  #remember(text: string): void {
    this.#before = text.length > this.#rules.lookBack ? text.slice(text.length - this.#rules.lookBack) : text;
  }
}

function sharedStart(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a.charCodeAt(length) === b.charCodeAt(length)) length += 1;
  return length;
}

function sharedEnd(a: string, b: string, start: number): number {
  const most = Math.min(a.length, b.length) - start;
  let length = 0;
  while (length < most && a.charCodeAt(a.length - 1 - length) === b.charCodeAt(b.length - 1 - length))
    length += 1;
  return length;
}
