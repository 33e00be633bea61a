import type { PlannedRun } from '../planned-run.js';

/** Which variant a document is about. */
export interface VariantDocument {
  /** As it was chosen: `ollama:llama3.2`. */
  readonly model: string;
  /** As it is sent; `null` where the provider decides. */
  readonly temperature: number | null;
  /** Among runs that are otherwise the same: from 1. */
  readonly number: number;
}

export function variantOf({ model, llm, variant }: PlannedRun): VariantDocument {
  return { model, temperature: llm.params.temperature ?? null, number: variant.number };
}
