import Table from 'cli-table3';

/** A column: its head, and one text a row, in ASCII. */
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
  const table = new Table({
    head: columns.map(({ head }) => head),
    colAligns: columns.map(({ align = 'right' }) => align),
    chars: LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  const rows = columns[0]?.cells.length ?? 0;
  for (let row = 0; row < rows; row += 1) table.push(columns.map(({ cells }) => cells[row] ?? NOTHING));
  return `${table.toString().replace(/ +$/gm, '')}\n`;
}

const LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' '.repeat(GAP),
};

function widthOf({ head, cells }: Column): number {
  return Math.max(...[head, ...cells].map(({ length }) => length));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
