import { ChainError } from '../errors.js';
import { Model, type ModelChunk, type ModelFields, type ModelRequest } from '../models/model.js';
import { createRedactor } from '../safety/redactor.js';
import type { AskedModel, Cassette } from './cassette.js';
import type { Clock } from './pace.js';
import { RecordedModel } from './recorded-model.js';

/** Who a model is for its runs. */
export type ModelIdentity = Pick<Model, 'name' | 'model' | 'provider' | 'kind'>;

/** What is the same for every model that replays. */
interface ReplayFields {
  /** `recorded`: what comes takes as long as it did. Default `instant`. */
  readonly timing?: 'instant' | 'recorded' | undefined;
  /** Is asked what isn't recorded. */
  readonly live?: Model | undefined;
}

export interface ReplayModelFields extends ModelFields, ReplayFields {
  readonly identity: ModelIdentity;
  /** Nobody named the model: whatever was asked the same will do. Default false. */
  readonly any?: boolean | undefined;
  /** What somebody is told whose request isn't recorded. */
  readonly hint?: string | undefined;
  /** For tests. */
  readonly clock?: Clock | undefined;
}

/**
 * Answers from a recording, without a key and without a network: the same events as when it was made, but for ids and
 * times. A request that isn't in it fails with the code `not_recorded`, or is asked of the live model.
 */
export class ReplayModel extends Model {
  /** Of runs that aren't recorded, and so are `provider` and `model`: recorded ones have what they had. */
  override readonly name: string;
  override readonly model: string;
  override readonly provider: string;
  override readonly kind: 'chat' | 'completion';
  readonly #cassette: Cassette;
  readonly #fields: ReplayModelFields;
  readonly #asked: AskedModel;

  constructor(cassette: Cassette, fields: ReplayModelFields) {
    super(fields);
    const { name, model, provider, kind } = fields.identity;
    this.name = name;
    this.model = model;
    this.provider = provider;
    this.kind = kind;
    this.#cassette = cassette;
    this.#fields = fields;
    this.#asked = { kind, model, any: fields.any === true };
  }

  /** A budget's limit may be another one than when it was recorded, or be new. */
  protected override answererOf(request: ModelRequest, unlimited: ModelRequest): Model {
    const cassette = this.#cassette;
    const { timing, clock, live } = this.#fields;
    const recording = cassette.take(this.#asked, request) ?? cassette.take(this.#asked, unlimited);
    if (recording === undefined) return live ?? this;
    const load = () => cassette.answerOf(recording);
    return new RecordedModel({ recording, load, timing, clock });
  }

  /** Only what isn't recorded gets here. */
  protected override async *answer(request: ModelRequest): AsyncGenerator<readonly ModelChunk[], void, void> {
    yield* await this.#refuse(request);
  }

  /** @throws NotRecordedError */
  async #refuse(request: ModelRequest): Promise<[]> {
    const [nearest, { requestDifference }, { NotRecordedError }] = await Promise.all([
      this.#cassette.nearest(this.#asked, request),
      import('./request-difference.js'),
      import('./not-recorded.js'),
    ]);
    throw new NotRecordedError(this.#cassette.file, await requestDifference(nearest), this.#fields.hint);
  }
}

export interface ReplayOptions extends ModelFields, ReplayFields {
  /** Default: `live`'s, or else the first in the file, and then any other that was asked the same. */
  readonly model?: string | undefined;
  /** Default: `live`'s, or else that of the first run of the model. */
  readonly kind?: 'chat' | 'completion' | undefined;
  readonly name?: string | undefined;
  readonly provider?: string | undefined;
}

/**
 * A model that answers from a trace file, for tests: what `chain run --record cassette.jsonl` wrote, or a
 * `FileCallbackHandler('cassette.jsonl')`. Name, model, provider, kind and parameters are those of the first run of a
 * model in the file, or of `live`, unless the options say otherwise.
 *
 * Several answers to one request are given in the order of the file, and the last one again after that. A request that
 * isn't in the file is asked of `live`; without it, it fails with the code `not_recorded`, and the error's `difference`
 * says how the nearest one differs.
 *
 * @throws ChainError `invalid_argument` where no such model has an answer in the file; `file_not_readable`
 */
export async function replayModel(file: string, options: ReplayOptions = {}): Promise<Model> {
  const [{ readCassette }, { keysIn }] = await Promise.all([
    import('./read-cassette.js'),
    import('../models/providers.js'),
  ]);
  const keys = keysIn(process.env);
  const cassette = await readCassette(file, { mask: createRedactor({ secrets: keys }) });
  const { live, model, kind } = options;
  if (live !== undefined) {
    const identity = identityOf(live, options);
    return new ReplayModel(cassette, { ...live.params, streaming: live.streaming, ...options, identity });
  }
  const first = cassette.first({ model, kind });
  if (first === undefined) {
    const wanted = [...(kind === undefined ? [] : [`a ${kind} model`]), model ?? []].flat().join(' ');
    throw new ChainError('invalid_argument', `${file}: no run of ${wanted} is in it`);
  }
  const { params } = (await cassette.answerOf(first)).request;
  const any = model === undefined && kind === undefined;
  return new ReplayModel(cassette, { ...params, ...options, identity: identityOf(first, options), any });
}

function identityOf(known: ModelIdentity, given: ReplayOptions): ModelIdentity {
  return {
    name: given.name ?? known.name,
    model: given.model ?? known.model,
    provider: given.provider ?? known.provider,
    kind: given.kind ?? known.kind,
  };
}
