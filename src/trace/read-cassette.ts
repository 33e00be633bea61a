import { ChainError } from '../errors.js';
import type { ChainEvent, ToolStartEvent } from '../events.js';
import { type Mask, type ModelStartEvent, maskRequest, maskTexts, requestIn } from './asked-request.js';
import { Cassette, type CassetteIndex } from './cassette.js';
import { LineCensus } from './line-census.js';
import { NO_TOKENS, readEvents } from './read-events.js';
import type { FileLine } from './read-lines.js';
import type { ModelRecording, Recording } from './recording.js';
import { type RequestKey, requestKey, toolKey } from './request-key.js';
import { ContentWatch } from './with-content.js';

export interface ReadCassetteOptions {
  readonly mask: Mask;
  readonly of?: 'model' | 'tool';
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks through a trace file for what it can give again. Takes memory for each run of a model, and not for what is in
 * it.
 * @param of whose answers are wanted; default: a model's
 * @throws ChainError `invalid_argument` where no such answer is in the file, with the reason; `file_not_readable`
 */
export async function readCassette(
  file: string,
  { mask, of = 'model', signal }: ReadCassetteOptions,
): Promise<Cassette> {
  const census = new LineCensus();
  const builder = new IndexBuilder(mask);
  for await (const events of readEvents(file, { tokensOf: NO_TOKENS, census, signal })) {
    for (const { event, line } of events) builder.add(event, line);
  }
  const index = builder.index(file);
  if ((of === 'model' ? index.models.length : index.byTool.size) === 0)
    throw withoutAnswers(file, of, builder, census);
  return new Cassette(index, mask);
}

type Open<T> = { -readonly [K in keyof T]: T[K] };

class IndexBuilder {
  readonly #mask: Mask;
  readonly #open = new Map<string, Open<Recording>>();
  readonly #models: ModelRecording[] = [];
  readonly #byRequest = new Map<RequestKey, ModelRecording[]>();
  readonly #byPrompt = new Map<RequestKey, ModelRecording[]>();
  readonly #byTool = new Map<RequestKey, Recording[]>();
  readonly #content = new ContentWatch();
  events = 0;
  /** Runs of models and tools that were passed over, because what was said isn't there. */
  withoutContent = 0;

  constructor(mask: Mask) {
    this.#mask = mask;
  }

  add(event: ChainEvent, line: FileLine): void {
    this.events += 1;
    const hasContent = this.#content.has(event);
    const { type, runId } = event;
    if (type === 'chatModelStart' || type === 'llmStart') {
      if (hasContent) this.#addModel(event, line);
      else this.withoutContent += 1;
    } else if (type === 'toolStart') {
      if (hasContent) this.#addTool(event, line);
      else this.withoutContent += 1;
    } else if ('durationMs' in event) {
      const recording = this.#open.get(runId);
      if (recording === undefined) return;
      recording.to = line.end;
      recording.ended = true;
      this.#open.delete(runId);
    }
  }

  index(file: string): CassetteIndex {
    return {
      file,
      models: this.#models,
      byRequest: this.#byRequest,
      byPrompt: this.#byPrompt,
      byTool: this.#byTool,
    };
  }

  #addModel(event: ModelStartEvent, line: FileLine): void {
    const request = maskRequest(requestIn(event), this.#mask);
    const { model, provider } = event;
    const recording = { ...this.#begin(event, line), kind: request.kind, model, provider };
    this.#open.set(event.runId, recording);
    this.#models.push(recording);
    append(this.#byRequest, requestKey(request, 'own'), recording);
    append(this.#byPrompt, requestKey(request, 'any'), recording);
  }

  #addTool(event: ToolStartEvent, line: FileLine): void {
    const recording = this.#begin(event, line);
    this.#open.set(event.runId, recording);
    append(this.#byTool, toolKey(event.name, maskTexts(event.input, this.#mask)), recording);
  }

  #begin({ runId, name }: ChainEvent, { offset }: FileLine): Open<Recording> {
    return { runId, name, from: offset, to: Number.POSITIVE_INFINITY, ended: false };
  }
}

function append<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}

function withoutAnswers(
  file: string,
  of: 'model' | 'tool',
  { events, withoutContent }: IndexBuilder,
  census: LineCensus,
): ChainError {
  const why =
    withoutContent > 0
      ? 'what was said was left out when it was written'
      : events > 0
        ? `no ${of} ran in it`
        : census.text.count > 0
          ? 'it is a log for people, and only one of JSON lines can be replayed'
          : ['no run is in it', ...census.notes()].join('; ');
  return new ChainError('invalid_argument', `${file}: no answer to replay: ${why}`, {
    hint: 'One is recorded by chain run … --record cassette.jsonl, and any --log run.jsonl will do.',
  });
}
