import type { ChainEvent, LLMNewTokenEvent } from '../events.js';
import { lineRules, type Redact } from '../safety/redactor.js';
import { HeldTokens } from './held-tokens.js';
import { maskEvent } from './masked-event.js';
import { withoutContent } from './without-content.js';

/** What may be kept of events. */
export interface RedactionOptions {
  /**
   * Masks what must not be kept: `createRedactor({ secrets, patterns })`, or a function of one's own. It is given every
   * text; the tokens of a run are one text, of which a function of one's own is given line by line.
   */
  readonly redact?: Redact;
  /**
   * `false` keeps the tree of runs, their models, counts of tokens, costs and times, and nothing that anybody said: no
   * prompts, answers, inputs, outputs, documents, parameters, tags, error messages. Default true.
   */
  readonly content?: boolean;
}

/**
 * Makes of events what may be kept of them. Tokens are held back as long as they could be part of something that is to
 * be masked, all others are passed on at once. The end of a run comes after all its tokens.
 */
export class EventRedactor {
  readonly #redact: Redact | undefined;
  readonly #content: boolean;
  readonly #pass: (event: ChainEvent) => void;
  /** By run. */
  readonly #tokens = new Map<string, HeldTokens>();

  /** @param pass is given what may be kept, never the event that {@link EventRedactor.take} was given with more in it */
  constructor({ redact, content = true }: RedactionOptions, pass: (event: ChainEvent) => void) {
    this.#redact = redact;
    this.#content = content;
    this.#pass = pass;
  }

  /** @throws what a `redact` of somebody's own throws; the event is then not passed on */
  take(event: ChainEvent): void {
    if (event.type === 'llmNewToken') {
      if (!this.#content) return;
      if (this.#redact === undefined) this.#pass(event);
      else this.#tokensOf(event, this.#redact).take(event);
      return;
    }
    if ('durationMs' in event) this.#release(event.runId);
    const kept = this.#content ? event : withoutContent(event);
    if (kept !== null) this.#pass(this.#redact === undefined ? kept : maskEvent(kept, this.#redact));
  }

  /**
   * Passes on what is held back.
   * @throws what a `redact` of somebody's own throws, after everything that could be passed on was
   */
  close(): void {
    const failures: unknown[] = [];
    for (const runId of this.#tokens.keys()) {
      try {
        this.#release(runId);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  #tokensOf({ runId, name }: LLMNewTokenEvent, redact: Redact): HeldTokens {
    const known = this.#tokens.get(runId);
    if (known !== undefined) return known;
    const masked = redact(name);
    const pass = (event: LLMNewTokenEvent) => this.#pass({ ...event, name: masked });
    const tokens = new HeldTokens(redact.pieces ?? lineRules(redact), masked === name ? this.#pass : pass);
    this.#tokens.set(runId, tokens);
    return tokens;
  }

  #release(runId: string): void {
    const tokens = this.#tokens.get(runId);
    this.#tokens.delete(runId);
    tokens?.end();
  }
}
