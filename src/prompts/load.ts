import type { ModelParams } from '../messages.js';
import type { BudgetLimits } from '../tokens/budget.js';
import { ChatPromptTemplate } from './chat-template.js';
import { decodeText } from './decode.js';
import { FString } from './f-string.js';
import type { FrontMatter, TemplateInput, ToolSettings } from './front-matter.js';
import type { Prompt, PromptValues } from './prompt.js';
import { MAX_TEMPLATE_BYTES, readTemplateFile, templateTooLarge } from './read-file.js';
import { parseRoleLines } from './role-lines.js';
import { PositionCounter, type SourcePosition, TemplateError } from './source-position.js';
import { PromptTemplate } from './template.js';

/** A template with all that its file says. */
export interface TemplateFile {
  /** As it was named, for errors and metadata. */
  readonly file: string;
  /** The whole text: UTF-8 without a byte order mark, lines ended by `\n`. */
  readonly text: string;
  /** A `ChatPromptTemplate` where there is a role line or a system message, else a `PromptTemplate`. */
  readonly prompt: Prompt;
  /** All variables of the prompt, those with a default too, with the place of their first use. */
  readonly variables: ReadonlyMap<string, SourcePosition>;
  readonly inputs: ReadonlyMap<string, TemplateInput>;
  readonly description: string | undefined;
  readonly model: string | undefined;
  readonly params: ModelParams;
  /** What a run may take; empty where the file says nothing of it. */
  readonly budget: BudgetLimits;
  /** What the model may call; `undefined` where the file says nothing of tools. */
  readonly tools: ToolSettings | undefined;
  /** How often a model that calls tools may be asked. */
  readonly maxRounds: number | undefined;
  /** What the offline model answers. */
  readonly offlineReply: string | undefined;
}

export interface LoadOptions {
  /** A system message in place of the template's own; it may have `{variables}` too. Empty: none at all. */
  readonly system?: string;
}

/**
 * Reads a template file.
 *
 * @throws {ChainError} `file_not_readable`: no such file, a folder, no permission
 * @throws {TemplateError} all that {@link parseTemplate} throws
 */
export async function loadTemplateFile(file: string, options: LoadOptions = {}): Promise<TemplateFile> {
  return parseTemplate(await readTemplateFile(file), { ...options, file });
}

/**
 * A template file's content as a prompt. It is plain text, of which one final newline is not part. Front matter
 * stands above it where line 1 is `---`; role lines open messages where the first line with text is one
 * (see `parseRoleLines`).
 *
 * @throws {TemplateError} with file, line and column: unbalanced braces, a fault in the front matter, a template
 *   without text or with more than 10 MB, bytes that aren't UTF-8, NUL bytes
 */
export async function parseTemplate(
  source: string | Uint8Array,
  { file, system }: LoadOptions & { readonly file: string },
): Promise<TemplateFile> {
  if (Buffer.byteLength(source) > MAX_TEMPLATE_BYTES) throw templateTooLarge(file);
  const text = decodeText(source, file);
  const { frontMatter, bodyOffset } = await splitFrontMatter(text, file);
  const start = new PositionCounter(text, { file, line: 1, column: 1 }).at(bodyOffset);
  const body = text.slice(bodyOffset, text.endsWith('\n') ? -1 : undefined);
  const systemPart = system === undefined ? systemOf(frontMatter) : overridingSystem(system);
  const conversation = parseRoleLines(body, start);
  const written = conversation ?? [{ role: 'user' as const, content: new FString(body, start) }];
  if (written.every(({ content }) => content.text.trim() === '')) {
    throw new TemplateError(start, 'the template has no text', { hint: 'Write the prompt into it.' });
  }
  const bodyMessages = system === undefined ? written : written.filter(({ role }) => role !== 'system');
  const messages = [...(systemPart ? [systemPart.message] : []), ...bodyMessages];
  const partialVariables = defaultsOf(frontMatter.inputs);
  return {
    file,
    text,
    prompt:
      systemPart || conversation
        ? new ChatPromptTemplate({ messages, partialVariables })
        : new PromptTemplate({ template: bodyMessages[0]!.content, partialVariables }),
    variables: firstUses([
      ...(systemPart ? [systemPart.variables] : []),
      ...bodyMessages.map(({ content }) => content.variables),
    ]),
    inputs: frontMatter.inputs,
    description: frontMatter.description,
    model: frontMatter.model,
    params: frontMatter.params,
    budget: frontMatter.budget,
    tools: frontMatter.tools,
    maxRounds: frontMatter.maxRounds,
    offlineReply: frontMatter.offlineReply,
  };
}

type Places = ReadonlyMap<string, SourcePosition>;

interface SystemPart {
  readonly message: { readonly role: 'system'; readonly content: FString };
  readonly variables: Places;
}

const NO_FRONT_MATTER: FrontMatter = { params: {}, budget: {}, inputs: new Map() };

async function splitFrontMatter(
  text: string,
  file: string,
): Promise<{ readonly frontMatter: FrontMatter; readonly bodyOffset: number }> {
  if (text !== '---' && !text.startsWith('---\n')) return { frontMatter: NO_FRONT_MATTER, bodyOffset: 0 };
  const atEnd = text.endsWith('\n---');
  const fence = text.indexOf('\n---\n', 3);
  if (fence < 0 && !atEnd) {
    throw new TemplateError(
      { file, line: 1, column: 1 },
      'the front matter that begins here is never closed',
      {
        hint: 'Close it with a line "---". A text that begins with such a line needs two of them before it.',
      },
    );
  }
  const end = fence < 0 ? text.length - 3 : fence + 1;
  const { parseFrontMatter } = await import('./front-matter.js');
  return {
    frontMatter: parseFrontMatter(text.slice(0, end), file),
    bodyOffset: Math.min(end + 4, text.length),
  };
}

/** Its positions are all that of the value: YAML has its own ways to break lines. */
function systemOf({ system }: FrontMatter): SystemPart | undefined {
  if (system === undefined) return undefined;
  try {
    const content = new FString(system.text);
    return {
      message: { role: 'system', content },
      variables: new Map([...content.variables.keys()].map((name) => [name, system.position])),
    };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const { message, hint } = error;
    throw new TemplateError(system.position, `in "system", ${message}`, {
      cause: error,
      ...(hint !== undefined && { hint }),
    });
  }
}

function overridingSystem(text: string): SystemPart | undefined {
  if (text === '') return undefined;
  const content = new FString(text, { file: 'system', line: 1, column: 1 });
  return { message: { role: 'system', content }, variables: content.variables };
}

function defaultsOf(inputs: ReadonlyMap<string, TemplateInput>): PromptValues {
  return Object.fromEntries(
    [...inputs].map(([name, input]) => [name, input.default ?? (input.required ? undefined : '')]),
  );
}

function firstUses(parts: readonly Places[]): Places {
  const uses = new Map<string, SourcePosition>();
  for (const part of parts) {
    for (const [name, position] of part) if (!uses.has(name)) uses.set(name, position);
  }
  return uses;
}
