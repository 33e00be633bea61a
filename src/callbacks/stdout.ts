import { Chalk } from 'chalk';
import { BaseCallbackHandler, type ChainEvent, EVENT_TABLE, EVENT_TYPES } from '../events.js';
import { cleanControls } from '../safety/clean.js';
import { wantsColor } from './color.js';
import { startsNoRuns } from './context.js';
import { EventRedactor, type RedactionOptions } from './event-redactor.js';
import { runLabel } from './run-id.js';
import { renderInputs, renderTrace, type TraceLine, type TraceStyle } from './trace-text.js';

export interface StdoutHandlerOptions extends RedactionOptions {
  /** Where the trace goes. Default `process.stdout`. */
  readonly stream?: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** Default: whether the stream is a terminal; `NO_COLOR`, `FORCE_COLOR` and `TERM=dumb` are honoured. */
  readonly color?: boolean;
  /**
   * What shows every answer, as it comes, on the terminal that the trace is on too, and hears events before the trace
   * does. The trace then has it end its line before writing, and marks an answer's place instead of repeating it; but
   * for answers that it says it doesn't show.
   */
  readonly live?: { endLine(): void; shows?(event: ChainEvent): boolean };
}

/**
 * The console trace: every run opened and closed at its place in the tree, and what happened in between.
 *
 * An answer is written in one piece when it is whole, not token by token, so that runs that go on side by side don't
 * tear it apart. Of two such runs every line begins with eight characters of the run's id. A stream that
 * fails or was closed ends the trace, never the run.
 */
export class StdoutCallbackHandler extends BaseCallbackHandler {
  override readonly name: string = 'StdoutCallbackHandler';
  readonly #options: StdoutHandlerOptions;
  readonly #redactor: EventRedactor;
  #answerOnScreen = false;
  /** Above all roots. */
  readonly #forest = newRun(null, { runId: '', name: '' });
  readonly #open = new Map<string, TracedRun>();
  #stream: StdoutHandlerOptions['stream'];
  #paint: Paint = COLORLESS;
  #broken = false;

  constructor(options: StdoutHandlerOptions = {}) {
    super();
    this.#options = options;
    this.#redactor = new EventRedactor(options, (event) => this.#show(event));
  }

  /** Where the trace goes. */
  get stream(): NodeJS.WritableStream {
    return this.#options.stream ?? process.stdout;
  }

  static {
    // A method for each event that is shown. Tokens are not, so that a token costs this handler nothing.
    for (const type of EVENT_TYPES) {
      if (type === 'llmNewToken') continue;
      Object.defineProperty(StdoutCallbackHandler.prototype, EVENT_TABLE[type].method, {
        configurable: true,
        writable: true,
        value(this: StdoutCallbackHandler, event: ChainEvent) {
          const { live } = this.#options;
          this.#answerOnScreen = live !== undefined && live.shows?.(event) !== false;
          this.#redactor.take(event);
        },
      });
    }
    startsNoRuns(StdoutCallbackHandler);
  }

  #show(event: ChainEvent): void {
    const starting = 'metadata' in event;
    const run =
      this.#open.get(event.runId) ?? newRun(this.#open.get(event.parentRunId ?? '') ?? this.#forest, event);
    const parent = run.parent ?? this.#forest;
    let text = this.#showInputs(starting ? parent : run, event);
    if (starting) text += this.#enter(run, parent);
    const context = {
      root: parent === this.#forest,
      shownPrompt: parent.prompt,
      shownAnswer: run.answer,
      model: run.model,
      answerOnScreen: this.#answerOnScreen,
      content: this.#options.content !== false,
    };
    text += this.#format(run, renderTrace(event, context));
    remember(event, run, parent);
    if ('durationMs' in event) this.#leave(run, parent);
    this.#write(text);
  }

  /** Opens a run. As soon as two runs of one parent are open, they are told apart by their ids. */
  #enter(run: TracedRun, parent: TracedRun): string {
    const [other] = parent.children;
    parent.children.add(run);
    this.#open.set(run.id, run);
    if (other === undefined) return '';
    run.label = runLabel(run.id);
    if (other.label !== null) return '';
    other.label = runLabel(other.id);
    return this.#format(other, [{ text: `(${other.name} goes on)`, style: 'detail', level: 0 }]);
  }

  #leave(run: TracedRun, parent: TracedRun): void {
    this.#open.delete(run.id);
    parent.children.delete(run);
  }

  /** A chain's inputs wait for what comes next: after a prompt made of them they need not be shown. */
  #showInputs(run: TracedRun, next: ChainEvent): string {
    if (run.inputs === null) return '';
    const { inputs } = run;
    run.inputs = null;
    return next.type === 'text' && next.kind === 'prompt' ? '' : this.#format(run, renderInputs(inputs));
  }

  #format(run: TracedRun, lines: readonly TraceLine[]): string {
    this.#prepare();
    const label = labelOf(run);
    const prefix = label === null ? '' : `${this.#paint.detail(`[${label}]`)} `;
    let text = '';
    for (const { text: raw, style, level } of lines) {
      const indent = '  '.repeat(run.depth + level);
      for (const line of cleanControls(raw).split('\n')) {
        text += line === '' ? '\n' : `${prefix}${indent}${this.#paint[style](line)}\n`;
      }
    }
    return text;
  }

  /** The stream is looked at only when there is something to write. */
  #prepare(): void {
    if (this.#stream !== undefined) return;
    this.#stream = this.#options.stream ?? process.stdout;
    if (this.#options.color ?? wantsColor(this.#stream)) this.#paint = colors();
  }

  #write(text: string): void {
    if (this.#broken || text === '') return;
    const stream = this.#stream!;
    try {
      this.#options.live?.endLine();
      stream.write(text, (error) => {
        if (!error) return;
        this.#broken = true;
        // The stream emits the error once more, after this; unheard it would end the process.
        if (stream.listenerCount('error') === 0) stream.once('error', () => {});
      });
    } catch {
      this.#broken = true;
    }
  }
}
/** What the trace remembers of a run that is open. */
interface TracedRun {
  readonly id: string;
  readonly name: string;
  readonly parent: TracedRun | null;
  readonly depth: number;
  readonly children: Set<TracedRun>;
  /** Set from when a sibling was open beside it. */
  label: string | null;
  /** A chain's, as long as they weren't shown. */
  inputs: Readonly<Record<string, unknown>> | null;
  /** The prompt after formatting. */
  prompt: string | null;
  /** The last answer that was shown under it. */
  answer: string | null;
  model: string | null;
}

function newRun(
  parent: TracedRun | null,
  { runId: id, name }: Pick<ChainEvent, 'runId' | 'name'>,
): TracedRun {
  const depth = parent === null ? -1 : parent.depth + 1;
  const unknown = { label: null, inputs: null, prompt: null, answer: null, model: null };
  return { id, name, parent, depth, children: new Set(), ...unknown };
}

function remember(event: ChainEvent, run: TracedRun, parent: TracedRun): void {
  if (event.type === 'chainStart') run.inputs = event.inputs;
  else if (event.type === 'llmStart' || event.type === 'chatModelStart') run.model = event.model;
  else if (event.type === 'text' && event.kind === 'prompt') run.prompt = event.text;
  else if (event.type === 'llmEnd') parent.answer = event.text;
  else if (event.type === 'chainEnd') parent.answer = run.answer;
}

function labelOf(run: TracedRun): string | null {
  let branch: TracedRun | null = run;
  while (branch !== null && branch.label === null) branch = branch.parent;
  return branch === null ? null : branch.label;
}

type Paint = Readonly<Record<TraceStyle, (text: string) => string>>;

const asItIs = (text: string) => text;

const COLORLESS: Paint = {
  plain: asItIs,
  open: asItIs,
  close: asItIs,
  prompt: asItIs,
  answer: asItIs,
  detail: asItIs,
  notice: asItIs,
  error: asItIs,
};

function colors(): Paint {
  const { bold, green, cyan, dim, yellow, red } = new Chalk({ level: 1 });
  return {
    plain: asItIs,
    open: bold,
    close: bold,
    prompt: green,
    answer: cyan,
    detail: dim,
    notice: yellow,
    error: red,
  };
}
