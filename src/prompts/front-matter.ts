import { isMap, type Scalar, type YAMLMap } from 'yaml';
import type { ModelParams } from '../messages.js';
import type { BudgetLimits } from '../tokens/budget.js';
import { parseCheckedYaml, type YamlKind } from './checked-yaml.js';
import { isVariableName } from './f-string.js';
import { FRONT_MATTER_SCHEMA } from './front-matter-schema.js';
import { type SourcePosition, TemplateError } from './source-position.js';
import type { YamlDocument } from './yaml-document.js';

/** What front matter says of one variable. */
export interface TemplateInput {
  readonly description?: string;
  /** The value where none is given: as it is written in the file, so 1.50 stays 1.50. */
  readonly default?: string;
  /** `false`: without a value and without a default it is empty text. */
  readonly required: boolean;
}

/** What front matter says of the tools: settings by the tools' names. */
export type ToolSettings = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface FrontMatter {
  readonly description?: string;
  readonly model?: string;
  readonly params: ModelParams;
  readonly budget: BudgetLimits;
  readonly system?: { readonly text: string; readonly position: SourcePosition };
  readonly inputs: ReadonlyMap<string, TemplateInput>;
  readonly tools?: ToolSettings;
  readonly maxRounds?: number;
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
  const { data: unnamed, document, positionOf } = parseCheckedYaml(text, file, FRONT_MATTER);
  const data = unnamed as Fields;
  return {
    ...(data.description !== undefined && { description: withoutFinalNewline(data.description) }),
    ...(data.model !== undefined && { model: data.model }),
    params: modelParams(data),
    budget: {
      ...(data.max_cost !== undefined && { maxCost: data.max_cost }),
      ...(data.max_total_tokens !== undefined && { maxTotalTokens: data.max_total_tokens }),
    },
    ...(data.system !== undefined && {
      system: {
        text: withoutFinalNewline(data.system),
        position: positionOf({ path: ['system'], at: 'value' }),
      },
    }),
    inputs: inputsOf(document),
    ...(data.tools !== undefined && { tools: settingsOf(data.tools) }),
    ...(data.max_rounds !== undefined && { maxRounds: data.max_rounds }),
    ...(data.offline !== undefined && { offlineReply: withoutFinalNewline(data.offline) }),
  };
}

const MAX_LENGTH = 1024 * 1024;
const KEYS_HINT =
  `Front matter may have ${Object.keys(FRONT_MATTER_SCHEMA.properties).join(', ')}; ` +
  'other fields of the request go under extra_body.';

const FRONT_MATTER: YamlKind = {
  name: 'front matter',
  schema: FRONT_MATTER_SCHEMA,
  check: (data) =>
    namesIn(data)
      .filter((name) => !isVariableName(name))
      .map((name) => ({
        path: ['inputs', name],
        at: 'key',
        message: `${JSON.stringify(name)} is no name of a variable`,
      })),
  hint: ({ path, at }) => (at === 'key' && path.length === 1 ? KEYS_HINT : undefined),
};

/** What `inputs` declares. A name that no template can use would never be heard of again. */
function namesIn(data: unknown): readonly string[] {
  const { inputs } = data as { readonly inputs?: unknown };
  return typeof inputs === 'object' && inputs !== null && !Array.isArray(inputs) ? Object.keys(inputs) : [];
}

/** Front matter that fits its schema, as far as it is read by name. */
interface Fields extends Readonly<Record<string, unknown>> {
  readonly description?: string;
  readonly model?: string;
  readonly max_cost?: number;
  readonly max_total_tokens?: number;
  readonly system?: string;
  readonly tools?: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
  readonly max_rounds?: number;
  readonly offline?: string;
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

function settingsOf(tools: NonNullable<Fields['tools']>): ToolSettings {
  return Object.fromEntries(Object.entries(tools).map(([name, settings]) => [name, settings ?? {}]));
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
