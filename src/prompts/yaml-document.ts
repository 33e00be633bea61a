import { type Document, type ParsedNode, parseDocument, type Scalar, visit } from 'yaml';

export type YamlDocument = Document.Parsed<ParsedNode>;

/** Why a text can't be used, and where, as an offset in it. */
export interface YamlFault {
  readonly offset: number;
  readonly reason: string;
  readonly cause?: unknown;
  readonly hint?: string;
}

/** More would only be there to fill the memory, or to take hours. */
const MOST_ALIASES = 1000;

/**
 * YAML 1.2 as a document, with the first thing that is wrong with it: bad syntax, tags, keys that aren't text or are
 * there twice.
 * @param aliases whether they may be used; one that is inside of what it stands for never may
 */
export function readYaml(text: string, { aliases = false } = {}): ReadYaml {
  try {
    const document = parse(text);
    const fault = malformation(document) ?? misuse(document, aliases);
    return fault === undefined ? { document, fault } : { fault };
  } catch (cause) {
    // Of what is deep, the parser finds some by itself.
    if (!(cause instanceof RangeError)) throw cause;
    return { fault: { offset: 0, reason: TOO_DEEP, cause } };
  }
}

type ReadYaml =
  | { readonly document: YamlDocument; readonly fault: undefined }
  | { readonly document?: undefined; readonly fault: YamlFault };

const TOO_DEEP = 'nested too deeply';

function parse(text: string): YamlDocument {
  return parseDocument(text, {
    version: '1.2',
    schema: 'core',
    prettyErrors: false,
    resolveKnownTags: false,
    stringKeys: true,
    // Its own check takes quadratic time; ours is below.
    uniqueKeys: false,
  });
}

function malformation({ errors, warnings }: YamlDocument): YamlFault | undefined {
  const cause = errors[0] ?? warnings[0];
  if (cause === undefined) return undefined;
  const reason = {
    RESOURCE_EXHAUSTION: TOO_DEEP,
    MULTIPLE_DOCS: 'it goes on after the end of the document',
    TAG_RESOLVE_FAILED: `${cause.message}: tags are not supported`,
    NON_STRING_KEY: 'a key must be a text',
  }[cause.code as string];
  return {
    offset: cause.pos[0],
    reason: reason ?? cause.message,
    cause,
    hint: 'Put quotes around a text that has ": " or " #" in it, or begins with a sign such as { [ * & ! % @.',
  };
}

/** Aliases and keys. */
function misuse(document: YamlDocument, aliasesAllowed: boolean): YamlFault | undefined {
  let fault: YamlFault | undefined;
  let aliases = 0;
  const anchors = new Map<string, unknown>();
  const found = (node: unknown, reason: string, hint?: string) => {
    fault = { offset: (node as ParsedNode).range[0], reason, ...(hint !== undefined && { hint }) };
    return visit.BREAK;
  };
  visit(document, {
    Alias: (_, node, ancestors) => {
      const { source } = node;
      aliases += 1;
      if (!aliasesAllowed)
        return found(node, `the alias *${source}`, 'Write the value out: aliases are not supported.');
      if (aliases > MOST_ALIASES) return found(node, `more than ${MOST_ALIASES} aliases`);
      const meant = anchors.get(source);
      if (meant === undefined) return found(node, `the alias *${source} stands for nothing before it`);
      if (ancestors.includes(meant as never)) return found(node, `the alias *${source} is inside of itself`);
      return undefined;
    },
    Value: (_, node) => void (node.anchor !== undefined && anchors.set(node.anchor, node)),
    Map: (_, node) => {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
      const seen = new Set<unknown>();
      for (const { key } of node.items) {
        const { value } = key as Scalar;
        if (seen.has(value)) return found(key, `the key "${value}" is there twice`);
        seen.add(value);
      }
      return undefined;
    },
  });
  return fault;
}

/** Where the first alias of a document stands; its beginning, where there is none. */
export function firstAlias(document: YamlDocument): number {
  let offset = 0;
  visit(document, {
    Alias: (_, node) => {
      offset = (node as unknown as ParsedNode).range[0];
      return visit.BREAK;
    },
  });
  return offset;
}
