import type { FinishReason } from '../../messages.js';
import type { Spent } from './spending.js';

/** How a turn ended. */
export interface TurnOutcome {
  /** Its number in the conversation, or the one it would have had. */
  readonly turn: number;
  /** The reply, or what had come of it. */
  readonly text: string;
  /** `null` where nothing was answered. */
  readonly spent: Spent | null;
  readonly finishReason: FinishReason | null;
  /** Only of a turn that didn't end well. */
  readonly error?: unknown;
}
