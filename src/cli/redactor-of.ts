import { ChainError } from '../errors.js';
import { createRedactor, type Redact } from '../safety/redactor.js';

/** The flags that say what is never kept. */
export interface RedactionFlags {
  /** Regular expressions. */
  readonly redact: readonly string[];
  /** `false` keeps nothing that anybody said. */
  readonly content?: boolean;
}

/**
 * What masks keys, whatever looks like one, and what the flags name.
 * @param origin where a pattern is from that can't be used
 * @throws ChainError `invalid_argument` naming every pattern that can't be used
 */
export function redactorOf(
  { redact }: Pick<RedactionFlags, 'redact'>,
  keys: readonly string[],
  origin = '--redact',
): Redact {
  const wrong: string[] = [];
  const patterns = redact.flatMap((source) => {
    try {
      return [compile(source)];
    } catch (error) {
      wrong.push(`${origin} ${source}: ${(error as Error).message}`);
      return [];
    }
  });
  if (wrong.length === 0) return createRedactor({ secrets: keys, patterns });
  throw new ChainError('invalid_argument', wrong.join('; '), {
    hint: "It takes a JavaScript regular expression, such as 'order-\\d+' or '[Aa]nn'.",
  });
}

function compile(source: string): RegExp {
  let pattern: RegExp;
  try {
    pattern = new RegExp(source, 'gu');
  } catch (error) {
    // Its message repeats the pattern.
    throw new Error((error as Error).message.replace(/^.*\/gu?: /s, '').toLowerCase());
  }
  if (pattern.test('')) throw new Error('it matches the empty text, which is everywhere');
  return pattern;
}
