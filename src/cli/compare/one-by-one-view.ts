import type { StdoutHandlerOptions } from '../../callbacks/stdout.js';
import type { CallbackHandler } from '../../events.js';
import type { AnswerView } from '../answer-view.js';
import type { FinishedRun } from '../execute-run.js';
import type { LiveView } from '../live-view.js';
import type { PlannedRun } from '../planned-run.js';
import { Feed } from './feed.js';
import { headLine } from './head-line.js';

/** An answer that waits for its turn, or has it. */
interface Answer {
  readonly head: string;
  /** What has come before its turn. */
  waiting: string;
  over: boolean;
}

/**
 * Answers one after the other, each under a head line: the first that isn't over as it comes, while those behind it
 * go on unseen.
 */
export class OneByOneView implements AnswerView {
  readonly live: StdoutHandlerOptions['live'];
  readonly #live: LiveView;
  readonly #answers: readonly Answer[];
  #turn = -1;

  constructor(runs: readonly PlannedRun[], live: LiveView) {
    this.#live = live;
    // A trace repeats the answers: where it does, not all are on the screen.
    this.live = { endLine: () => live.endLine(), shows: () => false };
    this.#answers = runs.map(({ label }) => ({ head: headLine(label), waiting: '', over: false }));
  }

  handlersOf(index: number): readonly CallbackHandler[] {
    return [new Feed((text) => this.#add(index, text), this.#live.answersOnly)];
  }

  begin(): void {
    this.#next();
  }

  ended(index: number, { unseen }: FinishedRun): void {
    if (unseen !== null) void this.#add(index, unseen);
    this.#answers[index]!.over = true;
    while (this.#answers[this.#turn]?.over) this.#next();
  }

  close(): void {
    this.#live.close();
  }

  #add(index: number, text: string): void | Promise<void> {
    if (index === this.#turn) return this.#live.add(text);
    this.#answers[index]!.waiting += text;
  }

  #next(): void {
    this.#live.close();
    this.#turn += 1;
    const answer = this.#answers[this.#turn];
    if (answer === undefined) return;
    void this.#live.add(`${this.#turn === 0 ? '' : '\n'}${answer.head}${answer.waiting}`);
    answer.waiting = '';
    this.#live.flush();
    if (!answer.over) this.#live.onLLMStart();
  }
}
