import { Chalk } from 'chalk';
import { wantsColor } from '../../callbacks/color.js';
import { renderDuration } from '../../callbacks/figures.js';
import { toErrorRecord } from '../../errors.js';
import type { CallbackHandler } from '../../events.js';
import { cleanControls } from '../../safety/clean.js';
import type { AnswerView } from '../answer-view.js';
import type { FinishedRun } from '../execute-run.js';
import type { Io } from '../io.js';
import { LiveRegion } from '../live-region.js';
import type { RunPlan } from '../run-plan.js';
import { Feed } from './feed.js';
import { layOut, type Note, type Paint, type Pane } from './layout.js';
import { WrappedAnswer } from './wrapped-answer.js';

/** The least time between two changes of the screen. */
const FRAME_MS = 50;
/** How often the time that passes is shown. */
const TICK_MS = 100;
/** Between two changes passes so many times what the first one took. */
const REST = 4;

/**
 * Answers side by side, each in a column, as they come. Of answers that are taller than the screen the last lines are
 * shown until all are over; then everything is.
 */
export class SideBySideView implements AnswerView {
  /** A trace stands above the columns, and has the answers of its own. */
  readonly live = undefined;
  readonly #columns: readonly Column[];
  readonly #io: Io;
  readonly #paint: Paint;
  #region: LiveRegion | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Not to be drawn again before, in milliseconds as `performance.now()` has them. */
  #restUntil = 0;

  constructor({ runs, flags }: RunPlan, io: Io) {
    const quiet = flags.quiet === true;
    this.#columns = runs.map(({ label }) => new Column(label, quiet));
    this.#paint = flags.color !== false && wantsColor(io.stdout, io.env) ? colors() : COLORLESS;
    this.#io = io;
  }

  handlersOf(index: number): readonly CallbackHandler[] {
    const { answer } = this.#columns[index]!;
    return [
      new Feed((text) => {
        answer.append(text);
        this.#drawSoon();
      }),
    ];
  }

  begin(): void {
    this.#region = new LiveRegion(this.#io, () => this.#drawIn(0));
    this.#draw(this.#region);
  }

  ended(index: number, run: FinishedRun): void {
    this.#columns[index]!.end(run);
    this.#drawSoon();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#region?.finish(this.#layOut(this.#region, Number.POSITIVE_INFINITY));
  }

  /** For every token: it does nothing where a change is due anyway. */
  #drawSoon(): void {
    if (this.#timer === undefined) this.#drawIn(this.#restUntil - performance.now());
  }

  #drawIn(ms: number): void {
    clearTimeout(this.#timer);
    const region = this.#region;
    if (region !== undefined) this.#timer = setTimeout(() => this.#draw(region), ms).unref();
  }

  #draw(region: LiveRegion): void {
    this.#timer = undefined;
    const started = performance.now();
    region.show(this.#layOut(region, region.rows));
    const now = performance.now();
    this.#restUntil = now + Math.max(FRAME_MS, (now - started) * REST);
    if (this.#columns.some(({ isWaiting }) => isWaiting)) this.#drawIn(TICK_MS);
  }

  #layOut({ columns }: LiveRegion, rows: number): readonly string[] {
    return layOut(this.#columns, { columns, rows, paint: this.#paint });
  }
}

class Column implements Pane {
  readonly answer = new WrappedAnswer();
  readonly #quiet: boolean;
  readonly #started = performance.now();
  #end: Note | null | undefined;

  constructor(
    readonly label: string,
    quiet: boolean,
  ) {
    this.#quiet = quiet;
  }

  lines(width: number): readonly string[] {
    return this.answer.lines(width);
  }

  /** Whether only the time passes in it. */
  get isWaiting(): boolean {
    return !this.#quiet && this.#end === undefined && this.answer.isEmpty;
  }

  get note(): Note | null {
    if (this.#end !== undefined) return this.#end;
    return this.isWaiting ? dimmed(`${((performance.now() - this.#started) / 1000).toFixed(1)} s`) : null;
  }

  end({ error, unseen, durationMs }: FinishedRun): void {
    if (unseen !== null) this.answer.append(unseen);
    if (error === undefined) this.#end = this.#quiet ? null : dimmed(`took ${renderDuration(durationMs)}`);
    else {
      const { code, message } = toErrorRecord(error);
      this.#end =
        code === 'aborted'
          ? dimmed('stopped')
          : { text: `failed: ${cleanControls(message)}`, style: 'error' };
    }
  }
}

function dimmed(text: string): Note {
  return { text, style: 'dim' };
}

const asItIs = (text: string) => text;
const COLORLESS: Paint = { plain: asItIs, head: asItIs, dim: asItIs, error: asItIs };

function colors(): Paint {
  const { bold, dim, red } = new Chalk({ level: 1 });
  return { plain: asItIs, head: bold, dim, error: red };
}
