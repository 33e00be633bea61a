import { parseCheckedYaml, type YamlKind } from '../prompts/checked-yaml.js';
import { decodeText } from '../prompts/decode.js';
import { checkSchema, type JsonSchema, type SchemaProblem } from '../prompts/json-schema.js';
import { MAX_TEMPLATE_BYTES, readTemplateFile } from '../prompts/read-file.js';
import { TemplateError } from '../prompts/source-position.js';
import { CONVERSATION_SCHEMA } from './conversation-schema.js';

/** A conversation that is written down: what a memory is measured with. */
export interface ConversationScript {
  readonly description?: string;
  readonly system?: string;
  /** At least one. */
  readonly turns: readonly ScriptTurn[];
  readonly facts: readonly Fact[];
}

export interface ScriptTurn {
  readonly user: string;
  /** All turns of a script have one, or none has. */
  readonly assistant?: string;
}

/** What is said in one turn and asked for in a later one. Turns count from 1. */
export interface Fact {
  /** Occurs letter for letter in the turn in which it is said, and not in the question. */
  readonly text: string;
  /** The turn in which it is said, by the user or in the reply. */
  readonly turn: number;
  /** The turn in which the user asks for it. */
  readonly asked: number;
}

/**
 * Reads a conversation file.
 *
 * @throws {ChainError} `file_not_readable`: no such file, a folder, no permission
 * @throws {TemplateError} all that {@link parseConversationScript} throws, bytes that aren't UTF-8, NUL bytes, more
 *   than 10 MB
 */
export async function loadConversationScript(file: string): Promise<ConversationScript> {
  const bytes = await readTemplateFile(file).catch((error) => {
    throw error instanceof TemplateError ? tooLarge(file) : error;
  });
  return decodeConversationScript(bytes, file);
}

/**
 * A conversation file's bytes, wherever they come from.
 *
 * @param file what to call it
 * @throws {TemplateError} as {@link loadConversationScript} does
 */
export function decodeConversationScript(bytes: Uint8Array, file: string): ConversationScript {
  if (bytes.length > MAX_TEMPLATE_BYTES) throw tooLarge(file);
  return parseConversationScript(decodeText(bytes, file), file);
}

function tooLarge(file: string): TemplateError {
  return new TemplateError(
    { file, line: 1, column: 1 },
    'a conversation has at most 10 MB, and this has more',
  );
}

/**
 * A conversation file's text: YAML where the name ends in `.yaml`, `.yml` or `.json`, a line is `turns:`, or it is
 * an object of JSON with `"turns"`; otherwise a user turn a line.
 *
 * @throws {TemplateError} with file, line and column: malformed YAML; keys that don't exist, wrong values and facts
 *   that aren't so, all at once; no turns
 */
export function parseConversationScript(text: string, file: string): ConversationScript {
  return /\.(ya?ml|json)$/i.test(file) || YAML_TEXT.some((kind) => kind.test(text))
    ? toScript(parseCheckedYaml(text, file, CONVERSATION).data as Written)
    : { turns: linesOf(text, file), facts: [] };
}

const YAML_TEXT = [/^turns:[ \t\r]*(#.*)?$/m, /^\s*\{[\s\S]*"turns"\s*:/];

function linesOf(text: string, file: string): readonly ScriptTurn[] {
  const lines = text.split('\n').map((line) => line.trim());
  const turns = lines.filter((line) => line !== '').map((user) => ({ user }));
  if (turns.length > 0) return turns;
  throw new TemplateError({ file, line: 1, column: 1 }, 'there are no turns', {
    hint: 'Write what the user says, a line for each turn.',
  });
}

const CONVERSATION: YamlKind = {
  name: 'conversation file',
  schema: CONVERSATION_SCHEMA,
  check: checkMeaning,
  hint: ({ path, at }) =>
    at === 'key' || path.length === 0
      ? 'A conversation has turns (user, and assistant where replies are given), and may have description, system ' +
        'and facts (text, turn, asked).'
      : undefined,
};

/** A file that fits the schema. */
type Written = Omit<ConversationScript, 'facts'> & Partial<Pick<ConversationScript, 'facts'>>;

/** What a schema can't say. Only what the schema accepts is looked at. */
function checkMeaning(data: unknown): SchemaProblem[] {
  const { turns, facts } = CONVERSATION_SCHEMA.properties;
  const written = data as Written;
  if (!fits(turns, written.turns)) return [];
  const system = typeof written.system === 'string' ? written.system : '';
  const script = toScript({ system, turns: written.turns });
  const problems = [...blankTurns(script.turns), ...missingReplies(script.turns)];
  for (const [index, fact] of Array.isArray(written.facts) ? written.facts.entries() : []) {
    if (fits(facts.items, fact)) problems.push(...factProblems(toFact(fact), ['facts', index], script));
  }
  return problems;
}

/** Keys too many don't make a value unfit. */
function fits(schema: JsonSchema, value: unknown): boolean {
  return value !== undefined && checkSchema(schema, value).every(({ at }) => at === 'key');
}

function blankTurns(turns: readonly ScriptTurn[]): SchemaProblem[] {
  return turns.flatMap((turn, index) =>
    Object.entries(turn)
      .filter(([, text]) => text.trim() === '')
      .map(([key]) => problem(['turns', index, key], `"turns.${index}.${key}" is only space`)),
  );
}

function missingReplies(turns: readonly ScriptTurn[]): SchemaProblem[] {
  const missing = turns.flatMap(({ assistant }, index) => (assistant === undefined ? [index] : []));
  if (missing.length === 0 || missing.length === turns.length) return [];
  const named = `turn ${missing[0]! + 1}${missing.length > 1 ? ` and ${missing.length - 1} more` : ''}`;
  const verb = missing.length > 1 ? 'have' : 'has';
  const message = `${named} ${verb} no "assistant": either all turns have one or none has`;
  return [problem(['turns', missing[0]!], message)];
}

function factProblems(
  { text, turn, asked }: Fact,
  path: SchemaProblem['path'],
  { turns, system = '' }: ConversationScript,
): SchemaProblem[] {
  const name = `the fact ${quote(text)}`;
  if (text.trim() === '') return [problem([...path, 'text'], `${name} is only space`)];
  const last = turns.length;
  const problems: SchemaProblem[] = [];
  const wrong = (key: keyof Fact, message: string) =>
    void problems.push(problem([...path, key], `${name} ${message}`));
  if (system.includes(text)) wrong('text', 'is in "system", so it is always known');
  if (turn > last) wrong('turn', `is said in turn ${turn}, and the last turn is ${last}`);
  else if (!says(turns[turn - 1]!, text)) {
    const elsewhere = turns.findIndex((other) => says(other, text)) + 1;
    const place = elsewhere > 0 ? ` (it does in turn ${elsewhere})` : ' or any other';
    wrong('turn', `does not occur in turn ${turn}${place}`);
  }
  if (asked > last) wrong('asked', `is asked for in turn ${asked}, and the last turn is ${last}`);
  else if (turn <= last && asked <= turn)
    wrong('asked', `is asked for in turn ${asked}, which isn't after turn ${turn}`);
  else if (turns[asked - 1]!.user.includes(text))
    wrong('asked', `is in what the user says in turn ${asked}, so it is always known there`);
  return problems;
}

function says({ user, assistant = '' }: ScriptTurn, text: string): boolean {
  return user.includes(text) || assistant.includes(text);
}

function problem(path: SchemaProblem['path'], message: string): SchemaProblem {
  return { path, at: 'value', message };
}

function quote(text: string): string {
  const characters = [...text.slice(0, 100)];
  return JSON.stringify(characters.length > 40 ? `${characters.slice(0, 39).join('')}…` : text);
}

/** The keys that are known, without the newline that ends a block of YAML. */
function toScript({ description, system, turns, facts = [] }: Written): ConversationScript {
  return {
    ...(description !== undefined && { description: withoutFinalNewline(description) }),
    ...(system !== undefined && { system: withoutFinalNewline(system) }),
    turns: turns.map(({ user, assistant }) => ({
      user: withoutFinalNewline(user),
      ...(assistant !== undefined && { assistant: withoutFinalNewline(assistant) }),
    })),
    facts: facts.map(toFact),
  };
}

function toFact({ text, turn, asked }: Fact): Fact {
  return { text: withoutFinalNewline(text), turn, asked };
}

function withoutFinalNewline(text: string): string {
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}
