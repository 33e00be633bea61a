import type { Model } from '../models/model.js';

/** A run in a trace file that can be given again: who it was, and where its events stand. */
export interface Recording {
  readonly runId: string;
  readonly name: string;
  /** The bytes between which all of its events stand; to the end of the file for a run that has no end. */
  readonly from: number;
  readonly to: number;
  /** Whether the file has its end. */
  readonly ended: boolean;
}

/** A run of a model. */
export interface ModelRecording extends Recording {
  readonly kind: Model['kind'];
  readonly model: string;
  readonly provider: string;
}
