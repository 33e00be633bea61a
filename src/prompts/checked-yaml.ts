import { isMap, isScalar, isSeq, type ParsedNode } from 'yaml';
import { checkSchema, type JsonSchema, type SchemaProblem } from './json-schema.js';
import { PositionCounter, type SourcePosition, TemplateError } from './source-position.js';
import { readYaml, type YamlDocument } from './yaml-document.js';

/** A kind of YAML that people write for this package. */
export interface YamlKind {
  /** How errors call it: `front matter`. */
  readonly name: string;
  readonly schema: JsonSchema;
  /** What is wrong beyond what a schema can say. Its data may be of any shape: the schema's own problems come besides. */
  readonly check?: (data: unknown) => readonly SchemaProblem[];
  /** What would be right, where that helps against a problem. */
  readonly hint: (problem: SchemaProblem) => string | undefined;
}

export interface CheckedYaml {
  /** `{}` for an empty text. */
  readonly data: unknown;
  readonly document: YamlDocument;
  /** The place of a value, or of its key. */
  readonly positionOf: (place: Place) => SourcePosition;
}

type Place = Pick<SchemaProblem, 'path' | 'at'>;
type PositionAt = (offset: number) => SourcePosition;

/**
 * YAML 1.2 without aliases and custom tags, checked against its kind's schema.
 *
 * @param text the file from its first line on, so that lines are counted right
 * @throws {TemplateError} with file, line and column: malformed YAML, keys that don't exist, wrong values; of the
 *   latter two all at once, in the order of the file
 */
export function parseCheckedYaml(text: string, file: string, kind: YamlKind): CheckedYaml {
  const positionAt = (offset: number) => new PositionCounter(text, { file, line: 1, column: 1 }).at(offset);
  const { document, fault } = readYaml(text);
  if (fault !== undefined) {
    const { offset, reason, ...why } = fault;
    throw new TemplateError(positionAt(offset), `malformed ${kind.name}: ${reason}`, why);
  }

  const data: unknown = document.toJS() ?? {};
  const problems =
    typeof data === 'object' && !Array.isArray(data)
      ? [checkSchema(kind.schema, data), kind.check?.(data) ?? []]
      : [[{ path: [], at: 'value', message: `${kind.name} must be keys and values` } as const]];
  if (problems.flat().length > 0) throw problemsError(problems, kind, document, positionAt);
  return { data, document, positionOf: (place) => positionAt(locate(document, place)) };
}

const MOST_PROBLEMS_SHOWN = 20;

/** @param lists each in the order of the file */
function problemsError(
  lists: readonly (readonly SchemaProblem[])[],
  { hint: hintFor }: YamlKind,
  document: YamlDocument,
  positionAt: PositionAt,
): TemplateError {
  const all = lists.flat();
  const shown = lists
    .flatMap((problems) => problems.slice(0, MOST_PROBLEMS_SHOWN))
    .map((problem) => ({ message: problem.message, offset: locate(document, problem) }))
    .sort((a, b) => a.offset - b.offset)
    .slice(0, MOST_PROBLEMS_SHOWN)
    .map(({ message, offset }) => ({ message, position: positionAt(offset) }));
  const [first, ...others] = shown;
  const reasons = [
    first!.message,
    ...others.map(({ position, message }) => `line ${position.line}, column ${position.column}: ${message}`),
  ];
  if (all.length > shown.length) reasons.push(`and ${all.length - shown.length} more`);
  const hint = all.map(hintFor).find((text) => text !== undefined);
  return new TemplateError(first!.position, reasons.join('; '), hint === undefined ? {} : { hint });
}

/** The offset of what a problem is about. */
function locate(document: YamlDocument, { path, at }: Place): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0] ?? 0;
  path.forEach((step, index) => {
    if (isSeq(node)) {
      node = node.items[step as number];
    } else if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
      offset = (pair?.key as ParsedNode | undefined)?.range[0] ?? offset;
      node = pair?.value;
      if (at === 'key' && index === path.length - 1) return;
    }
    offset = (node as ParsedNode | null)?.range[0] ?? offset;
  });
  return offset;
}
