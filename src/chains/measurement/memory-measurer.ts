import { setImmediate as nextTurn } from 'node:timers/promises';
import { runInContext } from '../../callbacks/context.js';
import type { Run } from '../../callbacks/run.js';
import { ChainError, toError } from '../../errors.js';
import type { ConversationScript, Fact, ScriptTurn } from '../../memory/conversation-script.js';
import { asksModel, createMemory, MEMORIES, parseMemoryKind } from '../../memory/create.js';
import { assertLimit, assertModel } from '../../memory/limit.js';
import type { Message } from '../../messages.js';
import type { Model } from '../../models/model.js';
import { loadTokenizer, type Tokenizer } from '../../tokens/tokenizer.js';
import { sumUsage } from '../../tokens/usage.js';
import { Chain, type ChainInputs, type ChainResult } from '../chain.js';
import { ConversationChain } from '../conversation.js';
import { cheaperFrom } from './cheaper-from.js';
import { MEASURED_MEMORIES } from './measured-memories.js';
import {
  type MeasuredMemory,
  type MeasuredTurn,
  type MemoryMeasurement,
  sum,
  sumOf,
} from './measured-memory.js';
import { StandInModel } from './stand-in-model.js';
import { TurnMeter } from './turn-meter.js';

export interface MemoryMeasurerFields {
  readonly script: ConversationScript;
  /** Whose tokens and prices count, and who is asked for what isn't given: replies, and summaries. */
  readonly llm: Model;
  /** Kinds of memory, as `createMemory` takes them. Default: {@link MEASURED_MEMORIES}. */
  readonly mechanisms?: readonly string[] | undefined;
  /** How many turns; behind its last one the script begins again. Default: as many as it has. */
  readonly turns?: number | undefined;
  /** The offline model answers in place of `llm`, whose tokens and prices count all the same. Default false. */
  readonly simulate?: boolean | undefined;
}

export interface MemoryMeasurerResult extends ChainResult {
  readonly outputs: { readonly measurement: MemoryMeasurement };
}

/**
 * Takes one conversation through several kinds of memory, one after the other and turn by turn, and measures each by
 * callback. Where the script has the replies, buffer, window and token-buffer call nothing: `llm` only says whose
 * tokenizer counts.
 *
 * Each turn is a child run, with `mechanism`, `turn` and `turns` in its metadata.
 */
export class MemoryMeasurer extends Chain<MemoryMeasurerResult> {
  override readonly name = 'MemoryMeasurer';
  /** The kinds of memory, none twice. */
  readonly mechanisms: readonly string[];
  /** Those for which `llm` has to write something. */
  readonly asking: readonly string[];
  readonly #script: ConversationScript;
  readonly #turns: readonly ScriptTurn[];
  readonly #llm: Model;
  readonly #simulate: boolean;
  #measured: readonly MeasuredMemory[] = [];

  /**
   * @throws ChainError `invalid_argument` for what can't be measured, such as kinds of memory that there aren't, all
   *   at once; `no_model` where a model has to be asked and can't be
   */
  constructor(fields: MemoryMeasurerFields) {
    super();
    const { script, llm, mechanisms = MEASURED_MEMORIES, turns, simulate = false } = fields ?? {};
    this.#llm = assertModel('MemoryMeasurer', llm);
    this.mechanisms = [...new Set(mechanisms)];
    assertKinds(this.mechanisms);
    if (!script?.turns?.length) throw new ChainError('invalid_argument', 'the conversation has no turns');
    const count = assertLimit('turns', turns ?? script.turns.length);
    this.#script = script;
    this.#turns = Array.from({ length: count }, (_, index) => script.turns[index % script.turns.length]!);
    this.#simulate = simulate && llm.provider !== 'offline';
    this.asking = this.#simulate ? [] : this.mechanisms.filter((name) => this.#asks(name));
    if (this.asking.length > 0) this.#assertCanAnswer(this.asking);
  }

  protected override async execute(
    _: ChainInputs,
    run: Run,
  ): Promise<Omit<MemoryMeasurerResult, 'usage' | 'runId'>> {
    const llm = this.#llm;
    const tokenizer = remembering(await loadTokenizer(llm.model), this.#turns);
    const writer = this.#simulate
      ? new StandInModel({ name: 'SimulatedModel', llm, tokenizer, reply: replyOffline })
      : llm;
    this.#measured = [];
    for (const name of this.mechanisms) {
      const one = await this.#measure(name, writer, tokenizer, run);
      this.#measured = [...this.#measured, one];
    }
    return { outputs: { measurement: this.measurement } };
  }

  /** Of those kinds that have been gone through to the end: all, unless it failed or goes on. */
  get measurement(): MemoryMeasurement {
    const { model, provider } = this.#llm;
    const measured = this.#measured;
    const mechanisms = measured.map((one) => ({ ...one, cheaperThanBuffer: compare(one, measured) }));
    return { model, provider, mechanisms };
  }

  async #measure(name: string, writer: Model, tokenizer: Tokenizer, run: Run): Promise<MeasuredMemory> {
    const { facts, system } = this.#script;
    const llm = this.#llm;
    const isSimulated = this.#asks(name) && (this.#simulate || llm.provider === 'offline');
    const memory = createMemory(name, { llm: writer });
    const conversation = new ConversationChain({ llm: writer, memory, system });
    const turns: MeasuredTurn[] = [];
    const known = new Set<Fact>();
    for (const [index, { user, assistant }] of this.#turns.entries()) {
      const turn = index + 1;
      // Where nothing is asked there is nothing to wait for, and signals would not be heard.
      await nextTurn();
      conversation.llm =
        assistant === undefined
          ? writer
          : new StandInModel({ name: 'GivenReply', llm, tokenizer, reply: () => assistant });
      const meter = new TurnMeter();
      const metadata = { mechanism: name, turn, turns: this.#turns.length };
      try {
        await conversation.invoke({ input: user }, { parent: run, callbacks: [meter], metadata });
      } catch (error) {
        throw failedAt(`${name}, turn ${turn}`, error);
      }
      turns.push(toTurn(turn, meter, isSimulated));
      for (const fact of facts) {
        if (fact.asked === turn && meter.sent.some((text) => text.includes(fact.text))) known.add(fact);
      }
    }
    const asked = facts.filter((fact) => fact.asked <= turns.length);
    return {
      name,
      turns,
      totals: sumOf(turns),
      recall: { asked: asked.length, known: known.size },
      facts: asked.map((fact) => ({ ...fact, known: known.has(fact) })),
      cheaperThanBuffer: null,
    };
  }

  /** Whether a model has to write anything. */
  #asks(name: string): boolean {
    return asksModel(name) || this.#turns.some(({ assistant }) => assistant === undefined);
  }

  #assertCanAnswer(asking: readonly string[]): void {
    try {
      this.#llm.assertCanAnswer([{ role: 'user', content: this.#turns[0]!.user }]);
    } catch (error) {
      if (!(error instanceof ChainError) || error.code !== 'no_model') throw error;
      const { code, message, hint = '' } = error;
      const given = this.#turns.every(({ assistant }) => assistant !== undefined);
      const without = given ? ` Without a model there are ${silentMemories().join(', ')}.` : '';
      throw new ChainError(code, `${asking.join(', ')}: ${message}`, {
        cause: error,
        hint: `${hint}${without}`.trim(),
      });
    }
  }
}

function silentMemories(): readonly string[] {
  return Object.keys(MEMORIES).filter((name) => !MEMORIES[name]!.asksModel);
}

/** @throws ChainError `invalid_argument` naming all kinds that there aren't */
function assertKinds(kinds: readonly string[]): void {
  const problems = kinds.flatMap((kind) => {
    try {
      parseMemoryKind(kind);
      return [];
    } catch (error) {
      return [error as ChainError];
    }
  });
  if (kinds.length === 0) throw new ChainError('invalid_argument', 'there is no memory to measure');
  const [first] = problems;
  if (first === undefined) return;
  const message = problems.map((problem) => problem.message).join('; ');
  throw new ChainError(first.code, message, { cause: first, ...(first.hint && { hint: first.hint }) });
}

/** Each turn shows the model the same texts again, and one more: each is counted once. */
function remembering(tokenizer: Tokenizer, turns: readonly ScriptTurn[]): Tokenizer {
  const texts = new Set(turns.flatMap(({ user, assistant = '' }) => [user, assistant]));
  const counts = new Map<string, number>();
  return {
    ...tokenizer,
    count(text) {
      const known = counts.get(text);
      if (known !== undefined) return known;
      const count = tokenizer.count(text);
      if (texts.has(text)) counts.set(text, count);
      return count;
    },
  };
}

/** Nobody hears of it: to those who listen it is the run of the model that it stands in for. */
async function replyOffline(messages: readonly Message[], signal: AbortSignal | undefined): Promise<string> {
  const { OfflineModel } = await import('../../models/offline.js');
  const answer = await runInContext(null, () => new OfflineModel().invoke(messages, { signal }));
  return answer.text;
}

function toTurn(turn: number, { reply, memory }: TurnMeter, isSimulated: boolean): MeasuredTurn {
  const usages = [reply.usage, memory.usage].filter((usage) => usage !== null);
  const { inputTokens, outputTokens } = reply;
  const memoryTokens = memory.totalTokens;
  return {
    turn,
    inputTokens,
    outputTokens,
    memoryTokens,
    totalTokens: sum([inputTokens, outputTokens, memoryTokens]),
    source: isSimulated ? 'simulated' : sumUsage(usages).source,
    cost: sum([reply.cost, memory.cost]),
  };
}

function compare(one: MeasuredMemory, all: readonly MeasuredMemory[]): MeasuredMemory['cheaperThanBuffer'] {
  const buffer = all.find(({ name }) => parseMemoryKind(name).name === 'buffer');
  if (buffer === undefined || buffer === one) return null;
  const tokens = ({ turns }: MeasuredMemory) => turns.map(({ totalTokens }) => totalTokens);
  const costs = ({ turns }: MeasuredMemory) => turns.map(({ cost }) => cost);
  return { tokens: cheaperFrom(tokens(one), tokens(buffer)), cost: cheaperFrom(costs(one), costs(buffer)) };
}

/** The same failure, with where it happened. */
function failedAt(place: string, cause: unknown): ChainError {
  const { code, hint } = cause instanceof ChainError ? cause : { code: 'internal' as const, hint: undefined };
  return new ChainError(code, `${place}: ${toError(cause).message}`, {
    cause,
    ...(hint !== undefined && { hint }),
  });
}
