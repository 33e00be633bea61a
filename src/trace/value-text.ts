/** A line of this length needs no further lines. */
const SHORT = 72;
/** So much longer than in one line it may become; what is nested deeper than anybody reads would be nothing but space. */
const MOST_GROWTH = 4;

/**
 * A value of an event for people: text as it is, anything else as JSON; `''` for what is empty.
 * @param pretty in several lines, where one would be long
 */
export function valueText(value: unknown, { pretty = false } = {}): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && Object.keys(value).length === 0) return '';
  try {
    const line = JSON.stringify(value) ?? '';
    if (!pretty || line.length <= SHORT) return line;
    const lines = JSON.stringify(value, null, 2);
    return lines.length > MOST_GROWTH * line.length ? line : lines;
  } catch (error) {
    // JSON can be read at any depth, and written at some only.
    if (error instanceof RangeError) return '(nested too deeply to be shown)';
    throw error;
  }
}
