import { isMap, isScalar } from 'yaml';
import { ChainError } from '../errors.js';
import { formatPosition, PositionCounter } from '../prompts/source-position.js';
import { firstAlias, readYaml, type YamlDocument, type YamlFault } from '../prompts/yaml-document.js';

/** More would only be there to fill the memory: how often one is used, times how many are in it. */
const MOST_ALIASES = 20;

/**
 * A file of variables, YAML or JSON, as plain data. Numbers at the top are texts: `02134`, `1.10` and what no number can
 * hold stay as they are.
 * @throws ChainError `invalid_argument`, naming file, line and column
 */
export function parseYaml(text: string, file: string): unknown {
  const fail = ({ offset, reason, ...why }: YamlFault): never => {
    const place = formatPosition(new PositionCounter(text, { file, line: 1, column: 1 }).at(offset));
    throw new ChainError('invalid_argument', `${place}: ${reason}`, why);
  };
  const { document, fault } = readYaml(text, { aliases: true });
  if (fault !== undefined) return fail(fault);
  keepNumbers(document);
  try {
    return document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch (cause) {
    return fail({ offset: firstAlias(document), reason: 'the aliases make too much of it', cause });
  }
}

function keepNumbers({ contents }: YamlDocument): void {
  if (!isMap(contents)) return;
  for (const { value } of contents.items) {
    if (isScalar(value) && typeof value.value === 'number' && value.source !== undefined)
      value.value = value.source;
  }
}
