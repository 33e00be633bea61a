import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  type ParsedNode,
  parseDocument,
  type Scalar,
  visit,
  type YAMLMap,
} from 'yaml';
import type { ModelParams } from '../messages.js';
import { FRONT_MATTER_SCHEMA } from './front-matter-schema.js';
import { checkSchema, type SchemaProblem } from './json-schema.js';
import { PositionCounter, type SourcePosition, TemplateError } from './source-position.js';

/** What front matter says of one variable. */
export interface TemplateInput {
  readonly description?: string;
  /** The value where none is given: as it is written in the file, so 1.50 stays 1.50. */
  readonly default?: string;
  /** `false`: without a value and without a default it is empty text. */
  readonly required: boolean;
}

export interface FrontMatter {
  readonly description?: string;
  readonly model?: string;
  readonly params: ModelParams;
  readonly system?: { readonly text: string; readonly position: SourcePosition };
  readonly inputs: ReadonlyMap<string, TemplateInput>;
  readonly offlineReply?: string;
}

/**
 * Front matter as data: YAML 1.2 without aliases and custom tags, checked against `FRONT_MATTER_SCHEMA`.
 *
 * @param text the file from its first line `---` up to the one that closes the front matter
 * @throws {TemplateError} with file, line and column: malformed YAML, keys that don't exist, wrong values; of the
 *   latter two all at once
 */
export function parseFrontMatter(text: string, file: string): FrontMatter {
  if (text.length > MAX_LENGTH) {
    throw new TemplateError({ file, line: 1, column: 1 }, 'front matter has at most 1 MB, and this has more');
  }
  const positionAt = (offset: number) => new PositionCounter(text, { file, line: 1, column: 1 }).at(offset);
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    prettyErrors: false,
    resolveKnownTags: false,
    stringKeys: true,
    // Its own check takes quadratic time; ours is below.
    uniqueKeys: false,
  });
  refuseMalformed(document, positionAt);
  refuseAliasesAndDuplicates(document, positionAt);

  const data: Fields = document.toJS() ?? {};
  const problems = checkSchema(FRONT_MATTER_SCHEMA, data);
  if (problems.length > 0) throw problemsError(problems, document, positionAt);
  return {
    ...(data.description !== undefined && { description: withoutFinalNewline(data.description) }),
    ...(data.model !== undefined && { model: data.model }),
    params: modelParams(data),
    ...(data.system !== undefined && {
      system: {
        text: withoutFinalNewline(data.system),
        position: positionAt(locate(document, { path: ['system'], at: 'value' })),
      },
    }),
    inputs: inputsOf(document),
    ...(data.offline !== undefined && { offlineReply: withoutFinalNewline(data.offline) }),
  };
}

const MAX_LENGTH = 1024 * 1024;
const MOST_PROBLEMS_SHOWN = 20;
const KEYS_HINT =
  `Front matter may have ${Object.keys(FRONT_MATTER_SCHEMA.properties).join(', ')}; ` +
  'other fields of the request go under extra_body.';

/** Front matter that fits its schema, as far as it is read by name. */
interface Fields extends Readonly<Record<string, unknown>> {
  readonly description?: string;
  readonly model?: string;
  readonly system?: string;
  readonly offline?: string;
}

type YamlDocument = Document.Parsed<ParsedNode>;
type PositionAt = (offset: number) => SourcePosition;

function refuseMalformed({ errors, warnings }: YamlDocument, positionAt: PositionAt): void {
  const cause = errors[0] ?? warnings[0];
  if (cause === undefined) return;
  const reason = {
    RESOURCE_EXHAUSTION: 'nested too deeply',
    MULTIPLE_DOCS: 'it goes on after the end of the document ("...")',
    TAG_RESOLVE_FAILED: `${cause.message}: tags are not supported`,
    NON_STRING_KEY: 'a key must be a text',
  }[cause.code as string];
  throw new TemplateError(positionAt(cause.pos[0]), `malformed front matter: ${reason ?? cause.message}`, {
    cause,
    hint: 'Put quotes around a text that has ": " or " #" in it, or begins with a sign such as { [ * & ! % @.',
  });
}

function refuseAliasesAndDuplicates(document: YamlDocument, positionAt: PositionAt): void {
  const fail = (node: unknown, reason: string, hint?: string) => {
    const offset = (node as ParsedNode).range[0];
    throw new TemplateError(positionAt(offset), `malformed front matter: ${reason}`, hint ? { hint } : {});
  };
  visit(document, {
    Alias: (_, node) =>
      fail(node, `the alias *${node.source}`, 'Write the value out: aliases are not supported.'),
    Map: (_, { items }) => {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        const { value } = key as Scalar;
        if (seen.has(value)) fail(key, `the key "${value}" is there twice`);
        seen.add(value);
      }
    },
  });
}

function problemsError(
  problems: readonly SchemaProblem[],
  document: YamlDocument,
  positionAt: PositionAt,
): TemplateError {
  const shown = problems.slice(0, MOST_PROBLEMS_SHOWN).map((problem) => ({
    position: positionAt(locate(document, problem)),
    message: problem.path.length === 0 ? 'front matter must be keys and values' : problem.message,
  }));
  const [first, ...others] = shown;
  const reasons = [
    first!.message,
    ...others.map(({ position, message }) => `line ${position.line}, column ${position.column}: ${message}`),
  ];
  if (problems.length > shown.length) reasons.push(`and ${problems.length - shown.length} more`);
  const unknownKey = problems.some(({ path, at }) => at === 'key' && path.length === 1);
  return new TemplateError(first!.position, reasons.join('; '), unknownKey ? { hint: KEYS_HINT } : {});
}

/** The offset of what a problem is about. */
function locate(document: YamlDocument, { path, at }: Pick<SchemaProblem, 'path' | 'at'>): number {
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

function modelParams(data: Fields): ModelParams {
  const { stop } = data;
  const params = {
    temperature: data.temperature,
    topP: data.top_p,
    maxTokens: data.max_tokens,
    stop: typeof stop === 'string' ? [stop] : stop,
    seed: data.seed,
    responseFormat: data.response_format,
    reasoningEffort: data.reasoning_effort,
    extraBody: data.extra_body,
  } satisfies Record<keyof ModelParams, unknown>;
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
}

function inputsOf(document: YamlDocument): ReadonlyMap<string, TemplateInput> {
  const inputs = new Map<string, TemplateInput>();
  const declared = document.get('inputs') as YAMLMap<Scalar<string>, Scalar | YAMLMap | null> | undefined;
  for (const { key, value } of declared?.items ?? []) {
    const fields = isMap(value) ? value : undefined;
    const description = fields?.get('description') as string | undefined;
    const byDefault = scalarText(
      fields ? (fields.get('default', true) as Scalar | undefined) : (value as Scalar),
    );
    inputs.set(key.value, {
      ...(description !== undefined && { description: withoutFinalNewline(description) }),
      ...(byDefault !== undefined && { default: byDefault }),
      required: fields?.get('required') !== false,
    });
  }
  return inputs;
}

function scalarText(node: Scalar | null | undefined): string | undefined {
  if (node === null || node === undefined || node.value === null) return undefined;
  return typeof node.value === 'string' ? node.value : node.source;
}

function withoutFinalNewline(text: string): string {
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}
