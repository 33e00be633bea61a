const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const LEVELS = '▁▂▃▄▅▆▇█';

/** A bar that fills `part` (0 to 1) of so many characters; something of it shows of every part above 0. */
export function bar(part: number, width: number): string {
  const eighths = part <= 0 ? 0 : Math.max(1, Math.round(Math.min(1, part) * width * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
}

/** A character for each number, as high as it is large; a space for none. */
export function sparkline(numbers: readonly number[]): string {
  const most = Math.max(...numbers, 1);
  const level = (number: number) => Math.max(0, Math.ceil((number / most) * LEVELS.length) - 1);
  return numbers.map((number) => (number <= 0 ? ' ' : LEVELS[level(number)])).join('');
}
