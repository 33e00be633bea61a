import type { Io } from '../io.js';

/** Between two columns. */
export const GAP = ' │ ';

/** A column that is narrower is hard to read. */
const LEAST_WIDTH = 24;
/** Heads, a line under them, and some text. */
const LEAST_ROWS = 8;

/** How wide each of so many columns can be on a terminal. Its last column stays empty: there a line would wrap. */
export function columnWidth(count: number, columns: number): number {
  return Math.floor((columns - 1 - GAP.length * (count - 1)) / count);
}

export function isWideEnough(count: number, columns: number): boolean {
  return columnWidth(count, columns) >= LEAST_WIDTH;
}

/** Whether answers can stand side by side there, and be changed where they stand. */
export function canHoldColumns({ stdout, env }: Pick<Io, 'stdout' | 'env'>, count: number): boolean {
  const { isTTY, columns = 0, rows = 0 } = stdout;
  return isTTY === true && env.TERM !== 'dumb' && rows >= LEAST_ROWS && isWideEnough(count, columns);
}
