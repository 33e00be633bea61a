import { columnWidth, GAP, isWideEnough } from './column-widths.js';
import { ASCII, widthOf, wrapText } from './wrap-text.js';

/** One answer on the screen. */
export interface Pane {
  readonly label: string;
  /** What has come of the answer, wrapped. */
  lines(width: number): readonly string[];
  /** What stands under it. */
  readonly note: Note | null;
}

export interface Note {
  readonly text: string;
  readonly style: 'dim' | 'error';
}

/** How each kind of text is coloured. */
export type Paint = Readonly<Record<'plain' | 'head' | Note['style'], (text: string) => string>>;

export interface Screen {
  readonly columns: number;
  /** How many lines there may be; `Infinity` for all that there are. */
  readonly rows: number;
  readonly paint: Paint;
}

/**
 * Answers side by side, as lines; one under the other where a screen has become too narrow. Where there are too many
 * lines, each answer shows its last ones.
 */
export function layOut(panes: readonly Pane[], screen: Screen): readonly string[] {
  return isWideEnough(panes.length, screen.columns) ? inColumns(panes, screen) : inRows(panes, screen);
}

interface Cell {
  readonly text: string;
  readonly style: keyof Paint;
}

function inColumns(panes: readonly Pane[], { columns, rows, paint }: Screen): readonly string[] {
  const width = columnWidth(panes.length, columns);
  const heads = panes.map(({ label }) => wrap(label, width, 'head'));
  const top = Math.max(...heads.map(({ length }) => length));
  const bodies = panes.map((pane) => lastOf(bodyOf(pane, width), rows - top - 1));
  const rule = panes.map(() => '─'.repeat(width)).join('─┼─');
  return [...rowsOf(heads, width, paint), paint.dim(rule), ...rowsOf(bodies, width, paint)];
}

function inRows(panes: readonly Pane[], { columns, rows, paint }: Screen): readonly string[] {
  const width = Math.max(1, columns - 1);
  const each = Math.floor((rows - panes.length + 1) / panes.length);
  const cells = panes.flatMap((pane, index) => [
    ...(index === 0 ? [] : [NOTHING]),
    ...wrap(`== ${pane.label} ==`, width, 'head').slice(0, 1),
    ...lastOf(bodyOf(pane, width), each - 1),
  ]);
  return cells.slice(0, rows).map(({ text, style }) => paint[style](text));
}

function bodyOf(pane: Pane, width: number): readonly Cell[] {
  const { note } = pane;
  const under = note === null ? [] : note.text.split('\n').flatMap((text) => wrap(text, width, note.style));
  return [...pane.lines(width).map((line) => cell(line, 'plain')), ...under];
}

/** The last lines, and how many are above them where there is room to say so. */
function lastOf(cells: readonly Cell[], rows: number): readonly Cell[] {
  if (cells.length <= rows) return cells;
  if (rows < 2) return cells.slice(cells.length - Math.max(0, rows));
  const above = cells.length - rows + 1;
  return [cell(`… ${above} lines above`, 'dim'), ...cells.slice(above)];
}

function rowsOf(columns: readonly (readonly Cell[])[], width: number, paint: Paint): readonly string[] {
  const rows = Math.max(...columns.map(({ length }) => length));
  return Array.from({ length: rows }, (_, row) =>
    joinRow(
      columns.map((cells) => cells[row] ?? NOTHING),
      width,
      paint,
    ),
  );
}

/**
 * Behind text that a terminal may take for wider or narrower than it is here, the next column is gone to by its number.
 */
function joinRow(cells: readonly Cell[], width: number, paint: Paint): string {
  return cells
    .map(({ text, style }, index) => {
      const painted = text === '' ? '' : paint[style](text);
      if (index === cells.length - 1) return painted;
      const padding = ' '.repeat(Math.max(0, width - widthOf(text)));
      const place = ASCII.test(text) ? '' : `\x1b[${index * (width + GAP.length) + width + 1}G`;
      return `${painted}${padding}${place}${paint.dim(GAP.trimEnd())}${' '}`;
    })
    .join('')
    .replace(/ +$/, '');
}

function wrap(text: string, width: number, style: Cell['style']): readonly Cell[] {
  return wrapText(text, width).map((line) => cell(line.trimEnd(), style));
}

function cell(text: string, style: Cell['style']): Cell {
  return { text, style };
}

const NOTHING = cell('', 'plain');
