import { escapeControls } from '../../callbacks/log-line.js';
import { cleanControls } from '../../safety/clean.js';
import type { TextPart } from '../../trace/diff-text.js';
import type { DiffPaint } from './diff-paint.js';

/** Lines around a change that are shown, too. */
const CONTEXT = 2;

/**
 * Two texts as one, what differs marked. What is the same far from any change is left out, and said to be; white space
 * is shown where nothing else has changed.
 * @param width in which a line that is the same is cut
 */
export function renderParts(
  parts: readonly TextPart[],
  { paint, width }: { readonly paint: DiffPaint; readonly width: number },
): readonly string[] {
  const lines = toLines(parts, width);
  const shown = lines.map((_, at) =>
    lines.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some(isChanged),
  );
  const rendered: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const from = at;
    while (at < lines.length && !shown[at]) at += 1;
    if (at - from > 1) rendered.push(paint.dim(`… ${at - from} lines the same …`));
    else if (at > from) rendered.push(renderLine(lines[from]!, paint, width));
    if (at < lines.length) rendered.push(renderLine(lines[at]!, paint, width));
    at += 1;
  }
  return rendered;
}

/** A line, made of the parts of it. */
type Line = readonly TextPart[];

function isChanged(line: Line): boolean {
  return line.some(({ change }) => change !== 'same');
}

function toLines(parts: readonly TextPart[], width: number): readonly Line[] {
  const lines: TextPart[][] = [[]];
  let begunAtLineStart = false;
  parts.forEach((part, at) => {
    const before = parts[at - 1];
    const replaces = part.change === 'added' && before?.change === 'removed';
    if (replaces && begunAtLineStart && lines.at(-1)!.length > 0 && isLong(before, part, width))
      lines.push([]);
    begunAtLineStart = lines.at(-1)!.length === 0;
    toVisible(part)
      .split('\n')
      .forEach((text, index) => {
        if (index > 0) lines.push([]);
        if (text !== '') lines.at(-1)!.push({ change: part.change, text });
      });
  });
  if (lines.length > 1 && lines.at(-1)!.length === 0) lines.pop();
  return lines;
}

/** Better one below the other than one after the other. */
function isLong(removed: TextPart, added: TextPart, width: number): boolean {
  return `${removed.text}${added.text}`.includes('\n') || removed.text.length + added.text.length > width;
}

function toVisible({ change, text }: TextPart): string {
  if (change === 'same') return cleanControls(text);
  if (!INVISIBLE.test(text)) return escapeControls(text);
  const newline = change === 'added' ? '⏎\n' : '⏎';
  return text.replace(/./gsu, (character) => {
    if (character === '\n') return newline;
    return SIGNS[character] ?? `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`;
  });
}

/** White space, control characters, and those that only say how others are written. */
const INVISIBLE = /^[\s\p{Cc}\p{Cf}]*$/u;
const SIGNS: Readonly<Record<string, string>> = { ' ': '·', '\t': '⇥', '\r': '␍' };

function renderLine(line: Line, paint: DiffPaint, width: number): string {
  if (!isChanged(line)) return cut(line.map(({ text }) => text).join(''), width);
  return line
    .map(({ change, text }, at) => {
      if (change !== 'same') return paint[change](text);
      const [begins, ends] = [at === 0, at === line.length - 1];
      return shorten(text, begins, ends, Math.ceil(width / 2), paint);
    })
    .join('');
}

/** Keeps so much of what is the same as is next to a change. */
function shorten(text: string, begins: boolean, ends: boolean, most: number, paint: DiffPaint): string {
  const ellipsis = paint.dim('…');
  if (begins) return text.length <= most + 1 ? text : `${ellipsis}${tail(text, most)}`;
  if (ends) return text.length <= most + 1 ? text : `${head(text, most)}${ellipsis}`;
  if (text.length <= 2 * most + 3) return text;
  return `${head(text, most)} ${ellipsis} ${tail(text, most)}`;
}

/** A name or a message from outside, in one line. */
export function oneLine(text: string): string {
  return cleanControls(text).replace(/\s*\n\s*/g, ' ');
}

/** Lines under something else. */
export function indent(lines: readonly string[], spaces = 2): readonly string[] {
  return lines.map((line) => (line === '' ? '' : ' '.repeat(spaces) + line));
}

/** The beginning of a text, with `…` where that isn't all. */
function cut(text: string, length: number): string {
  return text.length <= length ? text : `${head(text, length - 1)}…`;
}

/** No half of a pair of surrogates. */
function head(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
}

function tail(text: string, length: number): string {
  return text.slice(-length).replace(/^[\udc00-\udfff]/, '');
}
