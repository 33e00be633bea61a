import type { ErrorRecord } from '../errors.js';
import type {
  CallbackHandler,
  ChatModelStartEvent,
  LLMEndEvent,
  LLMErrorEvent,
  LLMStartEvent,
} from '../events.js';
import type { Usage } from '../messages.js';
import { startsNoRuns } from './context.js';
import { type Place, renderTotals, TokenTotals, TurnTotals } from './token-totals.js';

/** One model run, as it was counted. */
export interface CountedRun {
  readonly runId: string;
  /** The run's name: `ChatOpenAI`. */
  readonly name: string;
  readonly model: string;
  /** `null` where nothing was answered. */
  readonly usage: Usage | null;
  readonly cost: number | null;
  /** Only of a run that failed. */
  readonly error?: ErrorRecord;
}

/** The tag of runs that a memory starts for itself. */
export const MEMORY_TAG = 'memory';

/** Counts tokens, requests and money of the model runs that it hears. Stays readable for as long as it is kept. */
export class TokenCounter extends TokenTotals implements CallbackHandler {
  readonly name: string = 'TokenCounter';
  /** The same numbers for each model. */
  byModel: Readonly<Record<string, TokenTotals>> = noModels();
  /** Every run, in the order in which they ended. */
  byRun: readonly CountedRun[] = [];
  /** The runs of conversations, turn by turn, in the order in which turns were first answered. */
  byTurn: readonly TurnTotals[] = [];
  /** Those of `runs` that memories started for themselves. */
  memory = new TokenTotals();
  readonly #turns = new Map<string, TurnTotals>();
  readonly #counted = new Set<string>();
  /** Runs that go on, and belong to a turn or a memory. */
  readonly #open = new Map<string, { readonly place: Place | null; readonly memory: boolean }>();

  static {
    startsNoRuns(TokenCounter);
  }

  onLLMStart(event: LLMStartEvent): void {
    this.#note(event);
  }

  onChatModelStart(event: ChatModelStartEvent): void {
    this.#note(event);
  }

  onLLMEnd(event: LLMEndEvent): void {
    this.#count(event);
  }

  onLLMError(event: LLMErrorEvent): void {
    this.#count(event);
  }

  /** Back to zero. */
  reset(): void {
    Object.assign(this, new TokenTotals(), {
      byModel: noModels(),
      byRun: [],
      byTurn: [],
      memory: new TokenTotals(),
    });
    this.#counted.clear();
    this.#turns.clear();
  }

  /** The totals in a few lines for a person. */
  override toString(): string {
    const models = Object.entries(this.byModel);
    return [
      renderTotals(this),
      `${this.successfulRequests} succeeded, ${this.failedRequests} failed`,
      ...(models.length > 1 ? models.map(([model, totals]) => `  ${model}: ${renderTotals(totals)}`) : []),
      ...(this.memory.runs > 0 ? [`  of it the memory's own: ${renderTotals(this.memory)}`] : []),
    ].join('\n');
  }

  #note({ runId, tags, metadata: { conversation, turn } }: LLMStartEvent | ChatModelStartEvent): void {
    const inTurn = typeof conversation === 'string' && typeof turn === 'number';
    const memory = tags.includes(MEMORY_TAG);
    if (inTurn || memory) this.#open.set(runId, { place: inTurn ? { conversation, turn } : null, memory });
  }

  #turn(place: Place): TurnTotals {
    const { conversation, turn } = place;
    const key = `${turn} ${conversation}`;
    let totals = this.#turns.get(key);
    if (totals === undefined) {
      this.#turns.set(key, (totals = new TurnTotals(place)));
      (this.byTurn as TurnTotals[]).push(totals);
    }
    return totals;
  }

  #count(event: LLMEndEvent | LLMErrorEvent): void {
    const { runId, name, usage, cost } = event;
    if (this.#counted.has(runId)) return;
    this.#counted.add(runId);
    const model = event.model;
    this.add(event);
    const byModel = this.byModel as Record<string, TokenTotals>;
    (byModel[model] ??= new TokenTotals()).add(event);
    const { place = null, memory = false } = this.#open.get(runId) ?? {};
    this.#open.delete(runId);
    if (memory) this.memory.add(event);
    if (place !== null) {
      const totals = this.#turn(place);
      totals.add(event);
      if (memory) totals.memory.add(event);
    }
    const run = { runId, name, model, usage, cost };
    (this.byRun as CountedRun[]).push(event.type === 'llmError' ? { ...run, error: event.error } : run);
  }
}

/** No name of a model is a property already. */
function noModels(): Record<string, TokenTotals> {
  return Object.create(null);
}
