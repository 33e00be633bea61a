import { type Document, isMap, isScalar, parseDocument } from 'yaml';
import { ChainError, type ChainErrorCode } from '../errors.js';

/** More would only be there to fill the memory. */
const MOST_ALIASES = 20;

/**
 * A file's YAML, or JSON, as plain data.
 * @param numbersAsWritten numbers at the top are texts: `02134`, `1.10` and what no number can hold stay as they are
 * @throws ChainError with this code, naming file, line and column
 */
export function parseYaml(
  text: string,
  file: string,
  code: ChainErrorCode,
  { numbersAsWritten = false } = {},
): unknown {
  const document = parseDocument(text);
  const [broken] = document.errors;
  if (broken !== undefined) {
    const at = broken.linePos?.[0];
    const place = at === undefined ? file : `${file}:${at.line}:${at.col}`;
    // What follows in its message is the line, drawn.
    const why = broken.message.replace(/ at line \d+, column \d+:[\s\S]*$/, '');
    throw new ChainError(code, `${place}: ${why}`, { cause: broken });
  }
  if (numbersAsWritten) keepNumbers(document);
  try {
    return document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch (cause) {
    throw new ChainError(code, `${file}: ${(cause as Error).message}`, { cause });
  }
}

function keepNumbers({ contents }: Document): void {
  if (!isMap(contents)) return;
  for (const { value } of contents.items) {
    if (isScalar(value) && typeof value.value === 'number' && value.source !== undefined)
      value.value = value.source;
  }
}
