import { setImmediate as nextTurn } from 'node:timers/promises';
import { ChainError } from '../errors.js';
import { Model, type ModelChunk, type ModelFields, type ModelRequest } from '../models/model.js';
import { type Clock, Pace } from './pace.js';
import type { RecordedAnswer, RecordedStep } from './recorded-answer.js';
import { RecordedError } from './recorded-error.js';
import type { ModelRecording } from './recording.js';

export interface RecordedModelFields extends ModelFields {
  readonly recording: Pick<ModelRecording, 'name' | 'model' | 'provider' | 'kind'>;
  /** Called with each request. */
  readonly load: () => Promise<RecordedAnswer>;
  /** `recorded`: what comes takes as long as it did. Default `instant`. */
  readonly timing?: 'instant' | 'recorded' | undefined;
  /** For tests. */
  readonly clock?: Clock | undefined;
}

/** Gives one recorded answer, whatever it is asked: with its retries, and to the same end. */
export class RecordedModel extends Model {
  override readonly name: string;
  override readonly model: string;
  override readonly provider: string;
  override readonly kind: 'chat' | 'completion';
  readonly #fields: RecordedModelFields;

  constructor(fields: RecordedModelFields) {
    super(fields);
    const { name, model, provider, kind } = fields.recording;
    this.name = name;
    this.model = model;
    this.provider = provider;
    this.kind = kind;
    this.#fields = fields;
  }

  /** Of an answer that isn't given to its end: it was paid for when it was recorded, and what for a part isn't known. */
  override async cost(): Promise<null> {
    return null;
  }

  protected override async *answer(request: ModelRequest): AsyncGenerator<readonly ModelChunk[], void, void> {
    const { timing, clock, load } = this.#fields;
    const { signal } = request;
    const pace = timing === 'recorded' ? new Pace(clock) : null;
    const { steps, end } = await load();
    /** Who answered goes with what came first. */
    let first: ModelChunk = end === null ? {} : namesIn(end);
    for (const batch of batches(steps, pace === null ? BATCH_SIZE : 1)) {
      await (pace === null ? nextTurn() : pace.until(batch[0]!.afterMs, signal));
      signal?.throwIfAborted();
      const chunks: ModelChunk[] = [];
      for (const step of batch) {
        if ('token' in step) chunks.push({ ...first, text: step.token });
        else await request.onRetry(step.retry);
        if ('token' in step) first = {};
      }
      if (chunks.length > 0) yield chunks;
    }
    if (end === null) throw new ChainError('not_recorded', 'the recording of this answer breaks off here');
    await pace?.until(end.durationMs, signal);
    signal?.throwIfAborted();
    yield [{ ...first, ...closing(end) }];
    if (end.type === 'llmError') throw new RecordedError(end.error);
  }
}

/** How many tokens come at once. Between them signals are heard. */
const BATCH_SIZE = 64;

type End = NonNullable<RecordedAnswer['end']>;

function namesIn(end: End): ModelChunk {
  const responseId = end.type === 'llmEnd' ? end.responseId : null;
  return { model: end.model, ...(responseId !== null && { responseId }) };
}

function closing(end: End): ModelChunk {
  const { usage, cost } = end;
  const spent = { usage, cost };
  if (end.type === 'llmError') return { spent };
  const { toolCalls, finishReason } = end;
  return {
    spent,
    ...(end.usage.source === 'reported' && { usage: end.usage }),
    ...(toolCalls.length > 0 && { toolCalls }),
    ...(finishReason !== null && { finishReason }),
  };
}

/** Each retry by itself, and tokens that follow each other together. */
function* batches(steps: readonly RecordedStep[], size: number): Generator<readonly RecordedStep[]> {
  let batch: RecordedStep[] = [];
  for (const step of steps) {
    const fits = batch.length < size && 'token' in step && batch.every((before) => 'token' in before);
    if (!fits && batch.length > 0) {
      yield batch;
      batch = [];
    }
    batch.push(step);
  }
  if (batch.length > 0) yield batch;
}
