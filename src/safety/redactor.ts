import { LOOK_BACK, SECRET_SHAPES } from './secret-shapes.js';
import { type SecretStart, SecretStarts } from './secret-starts.js';

/**
 * Masks a text. One that {@link createRedactor} made knows how to take a text that comes in pieces, too; with any other
 * function such a text is masked line by line.
 */
export interface Redact {
  (text: string): string;
  readonly pieces?: PieceRules;
}

/** How a text that comes in pieces is masked as it would be whole. */
export interface PieceRules {
  /** How many characters of what came before have a say. */
  readonly lookBack: number;
  /** Lines are masked whole, even where nothing is known to begin. */
  readonly byLine: boolean;
  /** Whether something begins in the text, from there on, that is to be masked or could be. */
  mayMask(text: string, from: number): boolean;
  /**
   * Where what could be masked otherwise begins, once more has come; `null` for nowhere.
   * @param cut where the text is to be cut, if nothing that is masked goes across
   */
  unfinished(text: string, from: number, cut: SecretStart | null): SecretStart | null;
  /** What stands in the text from there on, masked. */
  mask(text: string, from: number): string;
}

export interface RedactorOptions {
  /** Secrets in the clear. What is no secret is left: short ones, and words that stand where any key would do. */
  readonly secrets?: readonly string[];
  /** Whatever else is to be masked; every match of a pattern is. */
  readonly patterns?: readonly RegExp[];
}

export const MASK = '***';

/** A function that masks keys in a text with `***`: those that are known, what looks like one, and what patterns match. */
export function createRedactor({ secrets = [], patterns = [] }: RedactorOptions = {}): Redact {
  const known = [...new Set(secrets.filter(isSecret).flatMap(asWritten))];
  const own = patterns.map(({ source, flags }) => new RegExp(source, `${flags.replace(/[gy]/g, '')}g`));
  const mask = (text: string, from: number) => replaced(text, from, known, own);
  const inOneWord = known.filter((secret) => ONE_WORD.test(secret));
  let starts: SecretStarts | undefined;
  const begins = () => (starts ??= new SecretStarts(inOneWord));
  const pieces: PieceRules = {
    lookBack: LOOK_BACK,
    byLine: own.length > 0 || inOneWord.length < known.length,
    mayMask: (text, from) => begins().isIn(text, from),
    unfinished: (text, from, cut) => begins().unfinished(text, from, cut),
    mask,
  };
  return Object.assign((text: string) => mask(text, 0), { pieces });
}

/** For a function that nothing is known of. */
export function lineRules(redact: (text: string) => string): PieceRules {
  return {
    lookBack: 0,
    byLine: true,
    mayMask: () => true,
    unfinished: (_text, _from, cut) => cut,
    mask: (text, from) => redact(text.slice(from)),
  };
}

const ONE_WORD = /^[!-~]+$/;

function isSecret(key: string): boolean {
  return key.length >= 6 && !STAND_INS.test(key);
}

/** `ollama`, `EMPTY`, `test`, `not-needed`, `sk-no-key-required`: in the documentation of local servers. */
const STAND_INS =
  /^(?:ollama|lm[-_]?studio|vllm|llama(?:\.?cpp)?|local(?:host|ai)?|empty|null|none|dummy|fake|test(?:ing)?|unused|any(?:thing)?|placeholder|not[-_]?needed|no[-_]?key|api[-_]?key|sk-no-key-required|x+)$/i;

/** As it is, and as it stands in URLs and in JSON. */
function asWritten(secret: string): string[] {
  const inUrls = ONE_WORD.test(secret) ? [encodeURIComponent(secret)] : [];
  return [secret, JSON.stringify(secret).slice(1, -1), ...inUrls];
}

/** So many of a secret's first characters are masked where the rest is missing, as in an answer that broke off. */
const TELLING = 12;

type Span = readonly [start: number, end: number];

/**
 * All matches are looked for in the text as it came, so that no mask hides from another what that would have found;
 * where they overlap they are masked as one.
 */
function replaced(text: string, from: number, known: readonly string[], patterns: readonly RegExp[]): string {
  const spans: Span[] = [];
  for (const secret of known) {
    const begun = secret.slice(0, TELLING);
    for (let at = text.indexOf(begun, from); at >= 0; ) {
      let end = at + begun.length;
      while (end - at < secret.length && text[end] === secret[end - at]) end += 1;
      spans.push([at, end]);
      at = text.indexOf(begun, end);
    }
  }
  for (const { pattern, hint, accepts } of SECRET_SHAPES) {
    if (hint !== undefined && !hint.test(text)) continue;
    addMatches(spans, text, from, pattern, accepts);
  }
  for (const pattern of patterns) addMatches(spans, text, from, pattern);
  if (spans.length === 0) return from === 0 ? text : text.slice(from);

  spans.sort(([a], [b]) => a - b);
  let masked = '';
  let end = from;
  for (const [start, stop] of spans) {
    if (start >= end) masked += text.slice(end, start) + MASK;
    end = Math.max(end, stop);
  }
  return masked + text.slice(end);
}

function addMatches(
  spans: Span[],
  text: string,
  from: number,
  pattern: RegExp,
  accepts: (captured: string) => boolean = () => true,
): void {
  pattern.lastIndex = from;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [found, captured = ''] = match;
    if (found === '') pattern.lastIndex += text.codePointAt(match.index)! > 0xffff ? 2 : 1;
    else if (accepts(captured)) spans.push([match.index, match.index + found.length]);
  }
}
