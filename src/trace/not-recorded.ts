import { ChainError } from '../errors.js';
import type { TextPart } from './diff-text.js';
import type { RequestDifference } from './request-difference.js';

/** How a piece of a difference is shown. */
export type ShowPart = (change: TextPart['change'], text: string) => string;

/** A request has no recorded answer. Its code is `not_recorded`. */
export class NotRecordedError extends ChainError {
  override readonly name: string = 'NotRecordedError';
  /** How the request differs from the nearest that was recorded, as text: a test runner shows it with the error. */
  readonly difference: string;
  readonly #record: RequestDifference;
  readonly #file: string;

  /** @param hint what would be right, where this is said */
  constructor(file: string, difference: RequestDifference, hint?: string) {
    const names = difference.parts.map(({ name }) => name);
    super(
      'not_recorded',
      `${file} has no answer to this request; the nearest one differs in ${list(names)}`,
      {
        ...(hint !== undefined && { hint }),
      },
    );
    this.#record = difference;
    this.#file = file;
    this.difference = this.renderDifference();
  }

  /** The same difference, its pieces shown in another way. Default: marked `[-recorded-]` and `{+asked+}`. */
  renderDifference(show: ShowPart = markPart): string {
    const { runId, parts } = this.#record;
    const legend = `${show('removed', 'recorded')}, ${show('added', 'asked')}`;
    const nearest = show('same', `the nearest request in ${this.#file} is that of run ${runId.slice(0, 8)}`);
    const lines = parts.map(({ name, text }) => {
      const shown = text.map((part) => show(part.change, part.text)).join('');
      const separator = shown.includes('\n') ? '\n' : ' ';
      return `  ${show('same', name)}:${separator}${shown}`.replaceAll('\n', '\n    ');
    });
    return [`${nearest} (${legend}):`, ...lines].map((line) => `${line}\n`).join('');
  }
}

/** As `git diff --word-diff` marks words. */
export const markPart: ShowPart = (change, text) => {
  if (change === 'same') return text;
  return change === 'removed' ? `[-${text}-]` : `{+${text}+}`;
};

function list(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).join(', ');
  return names.length > MOST_NAMES ? `${shown} and more` : shown;
}

const MOST_NAMES = 4;
