import { wantsColor } from '../../callbacks/color.js';
import type { Budget, Spending } from '../../tokens/budget.js';
import { diffRuns, type RunDiff } from '../../trace/diff-runs.js';
import { statusOf, type TraceRun } from '../../trace/trace-run.js';
import type { Io } from '../io.js';
import type { RunFlags, RunPlan } from '../run-plan.js';
import { runTemplate } from '../run-template.js';
import { indent } from '../trace/diff-lines.js';
import { renderRunDiff } from '../trace/render-diff.js';
import { RunRecorder } from '../trace/run-recorder.js';
import type { VariantFlags } from '../variants.js';
import { keepStdin } from './kept-stdin.js';

/** A run that is made again and again, each time as if the command were given again, but for what was spent. */
export class RepeatedRun {
  /** As the last plan had them: with the configured ones. */
  flags: RunFlags;
  readonly #template: string | undefined;
  readonly #given: RunFlags & VariantFlags;
  readonly #io: Io;
  readonly #stdin: () => Io['stdin'];
  #count = 0;
  #budget: Budget | undefined;
  /** Those that came to an end of their own, by what tells one from another: several may run at once. */
  readonly #last = new Map<string, TraceRun>();
  #differences: readonly (readonly [variant: string, diff: RunDiff])[] = [];

  constructor(template: string | undefined, given: RunFlags & VariantFlags, io: Io) {
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
    const { stdout, stderr, env, redact } = this.#io;
    const stdin = this.#stdin;
    const recorder = new RunRecorder();
    const onPlan = (plan: RunPlan) => {
      this.flags = plan.flags;
      this.#carryOn(plan.budget);
    };
    const io: Io = {
      stdout,
      stderr,
      env,
      signal,
      redact,
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
      this.#io.redact = io.redact;
      this.#compare(recorder.roots(io.redact));
    }
  }

  #compare(roots: readonly TraceRun[]): void {
    const finished = roots.filter((root) => !['aborted', 'unfinished'].includes(statusOf(root)));
    const named = finished.map((root) => [`${root.start?.metadata.variant ?? ''}`, root] as const);
    this.#differences = named.flatMap(([variant, root]) => {
      const last = this.#last.get(variant);
      return last === undefined ? [] : [[variant, diffRuns(last, root)] as const];
    });
    for (const [variant, root] of named) this.#last.set(variant, root);
  }

  /** What was different in the last run, where that and one before it came to an end; otherwise an empty text. */
  renderChanges(): string {
    const { stderr, env } = this.#io;
    const color = this.flags.color !== false && wantsColor(stderr, env);
    return this.#differences
      .map(([variant, diff]) => {
        const text = renderRunDiff(diff, { width: stderr.columns, color });
        const lines = indent(text.split('\n').filter((line) => line !== ''));
        return `since the last run${variant === '' ? '' : ` of ${variant}`}:\n${lines.join('\n')}\n`;
      })
      .join('');
  }

  /** A budget is one over all runs, also where the template has set it anew. */
  #carryOn(budget: Budget | undefined): void {
    const spent: Spending | undefined = this.#budget?.spent;
    if (budget !== undefined && spent !== undefined) budget.reserve(spent).settle(spent);
    this.#budget = budget ?? this.#budget;
  }
}
