import { wantsColor } from '../../callbacks/color.js';
import { maskSecrets } from '../../safety/mask.js';
import type { Budget, Spending } from '../../tokens/budget.js';
import { diffRuns, type RunDiff } from '../../trace/diff-runs.js';
import type { TraceRun } from '../../trace/trace-run.js';
import type { Io } from '../io.js';
import type { RunFlags, RunPlan } from '../run-plan.js';
import { runTemplate } from '../run-template.js';
import { indent } from '../trace/diff-lines.js';
import { renderRunDiff } from '../trace/render-diff.js';
import { keepStdin } from './kept-stdin.js';
import { RunRecorder } from './run-recorder.js';

/** A run that is made again and again, each time as if the command were given again, but for what was spent. */
export class RepeatedRun {
  /** As the last plan had them: with the configured ones. */
  flags: RunFlags;
  readonly #template: string | undefined;
  readonly #given: RunFlags;
  readonly #io: Io;
  readonly #stdin: () => Io['stdin'];
  #count = 0;
  #budget: Budget | undefined;
  #last: TraceRun | null = null;
  #difference: RunDiff | null = null;

  constructor(template: string | undefined, given: RunFlags, io: Io) {
    this.#template = template;
    this.#given = given;
    this.flags = given;
    this.#io = io;
    this.#stdin = keepStdin(io);
  }

  /**
   * Runs once more.
   * @throws what went wrong, after everything that is known has been shown
   */
  async run(signal: AbortSignal): Promise<void> {
    const { stdout, stderr, env } = this.#io;
    const stdin = this.#stdin;
    const recorder = new RunRecorder();
    let keys: readonly string[] = [];
    const onPlan = (plan: RunPlan) => {
      keys = plan.keys;
      this.flags = plan.flags;
      this.#carryOn(plan.budget);
    };
    const io: Io = {
      stdout,
      stderr,
      env,
      signal,
      get stdin() {
        return stdin();
      },
    };
    this.#count += 1;
    try {
      await runTemplate(this.#template, this.#given, io, {
        handlers: [recorder],
        onPlan,
        generation: this.#count,
      });
    } finally {
      const finished = recorder.finished((text) => maskSecrets(text, keys));
      this.#difference = finished !== null && this.#last !== null ? diffRuns(this.#last, finished) : null;
      this.#last = finished ?? this.#last;
    }
  }

  /** What was different in the last run, where that and one before it came to an end; otherwise an empty text. */
  renderChanges(): string {
    if (this.#difference === null) return '';
    const { stderr, env } = this.#io;
    const text = renderRunDiff(this.#difference, {
      width: stderr.columns,
      color: this.flags.color !== false && wantsColor(stderr, env),
    });
    const lines = indent(text.split('\n').filter((line) => line !== ''));
    return `since the last run:\n${lines.join('\n')}\n`;
  }

  /** A budget is one over all runs, also where the template has set it anew. */
  #carryOn(budget: Budget | undefined): void {
    const spent: Spending | undefined = this.#budget?.spent;
    if (budget !== undefined && spent !== undefined) budget.reserve(spent).settle(spent);
    this.#budget = budget ?? this.#budget;
  }
}
