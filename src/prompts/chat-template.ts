import { ChainError } from '../errors.js';
import { type Message, messagesToText, type Role } from '../messages.js';
import { FString, isVariableName } from './f-string.js';
import {
  lookUp,
  mergeValues,
  type Prompt,
  type PromptValue,
  type PromptValues,
  requireValues,
} from './prompt.js';

/** A role, or another name it is known by. */
export type ChatRole = Role | 'human' | 'ai';

/** A message whose content is a text with `{variables}`. */
export interface MessageTemplate extends Omit<Message, 'role' | 'content'> {
  readonly role: ChatRole;
  /** A text with `{variables}`, or one that was parsed already. */
  readonly content: string | FString;
}

/** One step of a chat template. */
export type ChatTemplateItem =
  | readonly [role: ChatRole, content: string]
  | MessageTemplate
  | MessagesPlaceholder;

/** A place in a chat template for a list of messages, which are taken as they are: nothing in them is scanned. */
export class MessagesPlaceholder {
  readonly variableName: string;
  /** Without a value it stands for no messages. */
  readonly optional: boolean;

  constructor(variableName: string, { optional = false }: { readonly optional?: boolean } = {}) {
    if (!isVariableName(variableName)) {
      throw new ChainError('invalid_argument', `"${variableName}" is not a variable's name`, {
        hint: 'A name has letters, digits, _ and -, and begins with a letter or _.',
      });
    }
    this.variableName = variableName;
    this.optional = optional;
  }
}

export interface ChatPromptTemplateFields {
  readonly messages: readonly ChatTemplateItem[];
  readonly partialVariables?: PromptValues;
}

/** Messages whose contents have `{variables}`, and places for lists of messages. */
export class ChatPromptTemplate implements Prompt {
  /** Those of optional placeholders are not among them. */
  readonly inputVariables: readonly string[];
  /** A `Human: …` or `AI: …` line for each message, and `{name}` where a list of messages goes. */
  readonly template: string;
  /** The variables that stand for lists of messages. */
  readonly placeholders: readonly string[];
  private readonly steps: readonly Step[];
  private readonly partials: PromptValues;

  /**
   * @throws {TemplateError} for unbalanced braces and names that aren't legal, with line and column in the message
   * @throws {ChainError} `invalid_argument` for an unknown role, or something that is no message
   */
  constructor({ messages, partialVariables = {} }: ChatPromptTemplateFields) {
    if (!Array.isArray(messages)) {
      throw new ChainError('invalid_argument', 'a chat prompt template is a list of messages', {
        hint: "Such as [['system', 'Be brief.'], ['user', '{question}']].",
      });
    }
    this.steps = messages.map(toStep);
    this.partials = mergeValues({}, partialVariables);
    this.template = this.steps.map(toText).join('\n');
    this.placeholders = this.steps
      .filter((step) => step instanceof MessagesPlaceholder)
      .map(({ variableName }) => variableName);
    const names = new Set<string>();
    for (const step of this.steps) {
      if (!(step instanceof MessagesPlaceholder))
        for (const name of step.content.variables.keys()) names.add(name);
      else if (!step.optional) names.add(step.variableName);
    }
    this.inputVariables = [...names].filter((name) => !Object.hasOwn(this.partials, name));
  }

  static fromMessages(messages: readonly ChatTemplateItem[]): ChatPromptTemplate {
    return new ChatPromptTemplate({ messages });
  }

  /**
   * @throws {MissingVariablesError} naming all variables without a value, of all messages
   * @throws {ChainError} `invalid_argument` for a value that has no text, or is no list of messages where one is due
   */
  formatMessages(values: PromptValues = {}): Message[] {
    requireValues(this.inputVariables, values);
    const lookUpValue = (name: string) => lookUp(name, values, this.partials);
    return this.steps.flatMap((step) =>
      step instanceof MessagesPlaceholder
        ? toMessages(step.variableName, lookUpValue(step.variableName) ?? [])
        : { ...step, content: step.content.render(lookUpValue) },
    );
  }

  /** The messages as one text, a `Human: …` or `AI: …` line for each. Throws as `formatMessages` does. */
  format(values: PromptValues = {}): string {
    return this.formatPrompt(values).text;
  }

  formatPrompt(values: PromptValues = {}): PromptValue {
    const messages = this.formatMessages(values);
    return { messages, text: messagesToText(messages) };
  }

  partial(values: PromptValues): ChatPromptTemplate {
    return new ChatPromptTemplate({
      messages: this.steps,
      partialVariables: mergeValues(this.partials, values),
    });
  }
}

type ParsedMessage = Omit<Message, 'content'> & { readonly content: FString };
type Step = ParsedMessage | MessagesPlaceholder;

function toText(step: Step): string {
  if (step instanceof MessagesPlaceholder) return `{${step.variableName}}`;
  return messagesToText([{ ...step, content: step.content.text }]);
}

const ROLES: Readonly<Record<ChatRole, Role>> = {
  system: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'tool',
  human: 'user',
  ai: 'assistant',
};

function toStep(item: ChatTemplateItem, index: number): Step {
  if (item instanceof MessagesPlaceholder) return item;
  const { content, ...rest } = toFields(item, `Message ${index + 1} of the template`);
  return { ...rest, content: typeof content === 'string' ? new FString(content) : content };
}

function toMessages(variableName: string, value: unknown): Message[] {
  if (!Array.isArray(value)) {
    throw new ChainError(
      'invalid_argument',
      `The value of the placeholder {${variableName}} is no list of messages`,
      {
        hint: MESSAGE_HINT,
      },
    );
  }
  return value.map((item, index) => {
    const { content, ...rest } = toFields(item, `Message ${index + 1} of the placeholder {${variableName}}`);
    return { ...rest, content: typeof content === 'string' ? content : content.text };
  });
}

const MESSAGE_HINT = "A message is { role: 'user', content: '…' } or ['user', '…'].";

/** A pair or an object as an object with one of our roles. `what` names it in errors. */
function toFields(item: unknown, what: string): Omit<Message, 'content'> & { content: string | FString } {
  const message: Partial<MessageTemplate> = Array.isArray(item)
    ? { role: item[0], content: item[1] }
    : typeof item === 'object' && item !== null
      ? item
      : {};
  const { role, content } = message;
  if (typeof role !== 'string' || !(typeof content === 'string' || content instanceof FString)) {
    throw new ChainError('invalid_argument', `${what} has no role or no text`, { hint: MESSAGE_HINT });
  }
  if (!Object.hasOwn(ROLES, role)) {
    throw new ChainError('invalid_argument', `${what} has the unknown role "${role}"`, {
      hint: `Roles are ${Object.keys(ROLES).join(', ')}.`,
    });
  }
  return { ...message, role: ROLES[role], content };
}
