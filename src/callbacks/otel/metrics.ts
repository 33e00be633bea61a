import type { Attributes, Histogram, Meter } from '@opentelemetry/api';
import type { ServerAddress } from '../../events.js';
import { errorType } from './attributes.js';
import { type ModelEndEvent, type ModelStartEvent, modelFields, serverFields } from './model-fields.js';

const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const TOKENS = [
  1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
];

/** How it was asked. */
interface Asked {
  /** Its text came in pieces. */
  readonly streamed: boolean;
  readonly server: ServerAddress | undefined;
}

/** The client metrics of the GenAI semantic conventions, with their names, units and buckets. */
export class ModelMetrics {
  readonly #duration: Histogram;
  readonly #firstChunk: Histogram;
  readonly #tokens: Histogram;

  constructor(meter: Meter) {
    const histogram = (name: string, unit: string, boundaries: number[], description: string) =>
      meter.createHistogram(name, {
        unit,
        description,
        advice: { explicitBucketBoundaries: boundaries },
      });
    this.#duration = histogram(
      'gen_ai.client.operation.duration',
      's',
      SECONDS,
      'How long calls of models took.',
    );
    this.#firstChunk = histogram(
      'gen_ai.client.operation.time_to_first_chunk',
      's',
      SECONDS,
      'How long it took until the first text of a streamed answer came.',
    );
    this.#tokens = histogram(
      'gen_ai.client.token.usage',
      '{token}',
      TOKENS,
      'Input and output tokens, as servers reported them.',
    );
  }

  /**
   * Measures a run of a model that is over.
   */
  record(start: ModelStartEvent, end: ModelEndEvent, { streamed, server }: Asked): void {
    const { usage } = end;
    const common: Attributes = {
      ...modelFields(start),
      ...serverFields(server),
      ...(usage !== null && { 'gen_ai.response.model': end.model }),
    };
    const failed = end.type === 'llmError' ? { 'error.type': errorType(end.error) } : {};
    this.#duration.record(end.durationMs / 1000, { ...common, ...failed });
    if (end.type === 'llmEnd' && streamed && end.firstTokenMs !== null)
      this.#firstChunk.record(end.firstTokenMs / 1000, common);
    // By the conventions what a server didn't report is counted only where people ask for that.
    if (usage?.source !== 'reported') return;
    const counts = { input: usage.inputTokens, output: usage.outputTokens };
    for (const [type, tokens] of Object.entries(counts)) {
      if (tokens !== null) this.#tokens.record(tokens, { ...common, 'gen_ai.token.type': type });
    }
  }
}
