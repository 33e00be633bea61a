import { toPlain } from '../callbacks/plain.js';
import type { Model, ModelRequest } from '../models/model.js';
import { type AskedRequest, type Mask, maskRequest, maskTexts, requestTo } from './asked-request.js';
import { type NearestRequest, nearestRequest } from './nearest-request.js';
import { loadRecordedAnswer, type RecordedAnswer } from './recorded-answer.js';
import { loadToolAnswer, type RecordedToolAnswer } from './recorded-tool.js';
import type { ModelRecording, Recording } from './recording.js';
import { type RequestKey, requestKey, toolKey } from './request-key.js';

/** What a trace file can give again, by what was asked, each list in the order of the file. */
export interface CassetteIndex {
  readonly file: string;
  readonly models: readonly ModelRecording[];
  readonly byRequest: ReadonlyMap<RequestKey, readonly ModelRecording[]>;
  /** The same whichever model was asked. */
  readonly byPrompt: ReadonlyMap<RequestKey, readonly ModelRecording[]>;
  readonly byTool: ReadonlyMap<RequestKey, readonly Recording[]>;
}

/** Who a request is for. */
export interface AskedModel extends Pick<Model, 'kind' | 'model'> {
  /** Nobody named the model: any that was asked the same will do, chat model or completion model. */
  readonly any: boolean;
}

/**
 * The recorded answers of a trace file. What was answered several times to one request is given in the order of the
 * file, and then the last one again and again; a recording that has no end is given only where there is no other.
 * Holds no texts: they are read when they are asked for, so the file must stay as it is.
 */
export class Cassette {
  readonly #index: CassetteIndex;
  readonly #mask: Mask;
  readonly #queues = new Map<string, Queue<Recording>>();

  constructor(index: CassetteIndex, mask: Mask) {
    this.#index = index;
    this.#mask = mask;
  }

  get file(): string {
    return this.#index.file;
  }

  /** The first run of a model, of the one that is named or of any; `undefined` where there is none. */
  first(named: { readonly kind?: Model['kind'] | undefined; readonly model?: string | undefined } = {}) {
    const { kind, model } = named;
    return this.#index.models.find(
      (recorded) => (kind ?? recorded.kind) === recorded.kind && (model ?? recorded.model) === recorded.model,
    );
  }

  /** Takes the next recording of a request; `undefined` where it wasn't recorded. */
  take(asked: AskedModel, request: ModelRequest): ModelRecording | undefined {
    if (!asked.any) {
      const key = requestKey(this.#masked(asked, request), 'own');
      return this.#next(key, () => this.#index.byRequest.get(key) ?? []);
    }
    const keys = KINDS.map((kind) => requestKey(this.#masked({ ...asked, kind }, request), 'any'));
    return this.#next(keys.join(), () => {
      const found = keys.flatMap((key) => this.#index.byPrompt.get(key) ?? []);
      return found.sort((a, b) => a.from - b.from);
    });
  }

  /** @throws ChainError `file_not_readable` where it isn't there any more */
  answerOf(recording: Recording): Promise<RecordedAnswer> {
    return loadRecordedAnswer(this.file, recording);
  }

  /** The recorded request that comes nearest to one that wasn't recorded, and that one, both masked. */
  async nearest(asked: AskedModel, request: ModelRequest): Promise<NearestRequest> {
    const own = this.#masked(asked, request);
    const others = KINDS.map((kind) => this.#masked({ ...asked, kind }, request));
    // Whom nobody named can't be what differs.
    const askedAs = ({ kind, model }: AskedRequest): AskedRequest =>
      asked.any ? { ...others.find((other) => other.kind === kind)!, model } : own;
    return nearestRequest(this.file, askedAs, this.#mask);
  }

  /**
   * Takes the next recorded answer of a tool; `undefined` where it wasn't recorded.
   * @throws ChainError `file_not_readable`
   */
  async takeToolAnswer(tool: string, input: unknown): Promise<RecordedToolAnswer | undefined> {
    const key = toolKey(tool, maskTexts(toPlain(input), this.#mask));
    const recording = this.#next(key, () => this.#index.byTool.get(key) ?? []);
    return recording?.ended ? loadToolAnswer(this.file, recording) : undefined;
  }

  /** Whether an answer of a tool was recorded for this input. */
  hasToolAnswer(tool: string, input: unknown): boolean {
    return this.#index.byTool.has(toolKey(tool, maskTexts(toPlain(input), this.#mask)));
  }

  #masked(asked: Pick<Model, 'kind' | 'model'>, request: ModelRequest): AskedRequest {
    return maskRequest(requestTo(asked, request), this.#mask);
  }

  #next<T extends Recording>(key: string, find: () => readonly T[]): T | undefined {
    let queue = this.#queues.get(key) as Queue<T> | undefined;
    if (queue === undefined) {
      const found = find();
      const whole = found.filter(({ ended }) => ended);
      queue = new Queue(whole.length > 0 ? whole : found);
      this.#queues.set(key, queue);
    }
    return queue.next();
  }
}

const KINDS = ['chat', 'completion'] as const;

class Queue<T> {
  readonly #items: readonly T[];
  #taken = 0;

  constructor(items: readonly T[]) {
    this.#items = items;
  }

  /** The last one again after the last. */
  next(): T | undefined {
    const item = this.#items[Math.min(this.#taken, this.#items.length - 1)];
    this.#taken += 1;
    return item;
  }
}
