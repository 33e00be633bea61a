import { toErrorRecord } from '../../errors.js';
import { toJsonLine } from '../json-line.js';
import { usageFields } from '../run-report.js';
import type { Chat } from './chat.js';
import type { TurnOutcome } from './turn-outcome.js';

/** The line of `--json` for one turn. */
export function renderTurnDocument(
  { turn, text, spent, error }: TurnOutcome,
  { spending }: Chat,
  redact: (text: string) => string,
): string {
  if (error !== undefined || spent === null) return renderFailedTurn(turn, error, text, redact);
  const { usage, memoryUsage } = spent;
  const document = {
    schema: 1,
    turn,
    text,
    usage: usageFields(usage),
    memoryUsage: memoryUsage && usageFields(memoryUsage),
    totalTokens: spending.all.usage?.totalTokens ?? null,
  };
  return toJsonLine(document, redact);
}

/** The line for a turn that didn't end well, or for an input that could be none. `text`: what had come. */
export function renderFailedTurn(
  turn: number,
  error: unknown,
  text: string,
  redact: (text: string) => string,
): string {
  const { code, message } = toErrorRecord(error);
  return toJsonLine({ schema: 1, turn, error: { code, message }, text }, redact);
}
