import { Chalk } from 'chalk';

/** How a difference is marked. */
export interface DiffPaint {
  removed(text: string): string;
  added(text: string): string;
  /** Whole lines, which begin with a sign of their own. */
  minus(text: string): string;
  plus(text: string): string;
  tilde(text: string): string;
  /** What isn't worth looking at. */
  dim(text: string): string;
}

/** How something is shown. */
export interface DiffView {
  readonly paint: DiffPaint;
  /** Columns. */
  readonly width: number;
}

/** Red and green on a terminal; elsewhere `[-old-]` and `{+new+}`, as git marks words. */
export function diffPaint(color: boolean): DiffPaint {
  if (!color) return MARKS;
  const { red, green, bold, dim } = new Chalk({ level: 1 });
  return { removed: red, added: green, minus: red, plus: green, tilde: bold, dim };
}

const asItIs = (text: string) => text;

const MARKS: DiffPaint = {
  removed: (text) => `[-${text}-]`,
  added: (text) => `{+${text}+}`,
  minus: asItIs,
  plus: asItIs,
  tilde: asItIs,
  dim: asItIs,
};
