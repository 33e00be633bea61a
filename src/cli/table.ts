import stringWidth from 'string-width';

/** A column: its head, and one text a row, without line breaks. */
export interface Column {
  readonly head: string;
  readonly cells: readonly string[];
  /** Where the texts stand; default `right`, as numbers do. */
  readonly align?: 'left' | 'right';
}

const GAP = 2;
const NOTHING = '';

/**
 * A table without lines. Where it is wider than `width`, the columns that don't fit go on below, each time with the
 * first `kept` ones before them.
 */
export function renderTable(
  columns: readonly Column[],
  { width, kept = 1 }: { readonly width: number; readonly kept?: number },
): string {
  const first = columns.slice(0, kept);
  const room = width - sum(first.map(widthOf)) - GAP * (first.length - 1);
  const blocks: Column[][] = [[]];
  let left = room;
  for (const column of columns.slice(kept)) {
    const needed = GAP + widthOf(column);
    if (needed > left && blocks.at(-1)!.length > 0) {
      blocks.push([]);
      left = room;
    }
    blocks.at(-1)!.push(column);
    left -= needed;
  }
  return blocks.map((block) => renderBlock([...first, ...block])).join('\n');
}

function renderBlock(columns: readonly Column[]): string {
  const widths = columns.map(widthOf);
  const rowOf = (textOf: (column: Column) => string) =>
    columns
      .map((column, index) => {
        const text = textOf(column);
        const padding = ' '.repeat(widths[index]! - stringWidth(text));
        return column.align === 'left' ? text + padding : padding + text;
      })
      .join(' '.repeat(GAP))
      .trimEnd();
  const rows = columns[0]?.cells.length ?? 0;
  const lines = [rowOf(({ head }) => head)];
  for (let row = 0; row < rows; row += 1) lines.push(rowOf(({ cells }) => cells[row] ?? NOTHING));
  return lines.map((line) => `${line}\n`).join('');
}

function widthOf({ head, cells }: Column): number {
  return cells.reduce((most, cell) => Math.max(most, stringWidth(cell)), stringWidth(head));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
