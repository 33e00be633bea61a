import { isUtf8 } from 'node:buffer';
import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { ChainError } from '../errors.js';
import { createMemory, type MemoryFactoryFields } from '../memory/create.js';
import type { Memory, MemoryFields, MemoryState } from '../memory/memory.js';
import type { Usage, UsageSum } from '../messages.js';
import { checkSchema, type JsonSchema } from '../prompts/json-schema.js';
import { writeFileAtomically } from '../safety/atomic-file.js';

/** A turn as it is kept for good. */
export interface TurnRecord {
  readonly input: string;
  readonly output: string;
  /** The model as it named itself. */
  readonly model: string;
  /** Of the answer alone. */
  readonly usage: Usage;
  /** Of the answer alone, in US dollars; `null` where no price is known. */
  readonly cost: number | null;
  /** What the memory spent for itself. */
  readonly memoryUsage: UsageSum | null;
  /** In US dollars; `null` where no price is known. Left out where nobody has counted it. */
  readonly memoryCost?: number | null;
}

/** A turn that was paid for, and is none of the conversation's. */
export interface DiscardedTurn
  extends Pick<TurnRecord, 'model' | 'usage' | 'cost' | 'memoryUsage' | 'memoryCost'> {
  /** The turn that it was, or would have been. */
  readonly turn: number;
  readonly reason: 'cancelled' | 'failed' | 'undone' | 'reset';
}

/** A conversation as it stands in its file. */
export interface SavedConversation {
  readonly schema: 1;
  readonly id: string;
  /** The kind of memory: `window:2`. */
  readonly memory: string;
  /** What stands before lines in the memory's text. */
  readonly prefixes?: MemoryFields;
  readonly state: MemoryState;
  /** All turns, whatever the memory keeps of them. */
  readonly turns: readonly TurnRecord[];
  /** As it was asked for. */
  readonly model?: string;
  readonly system?: string;
  readonly discarded?: readonly DiscardedTurn[];
  /** What a memory that asks a model kept before each of the last turns, oldest first: they can be taken back. */
  readonly earlier?: readonly MemoryState[];
}

/**
 * Writes a conversation, in one step, for its owner's eyes: whoever reads the file finds the old one or the new one.
 * @throws ChainError `file_not_writable`, naming the file and the reason; also for a file of a newer version, which
 *   stays as it is
 */
export async function saveConversation(file: string, conversation: SavedConversation): Promise<void> {
  await assertNotNewer(file);
  try {
    await writeFileAtomically(file, `${JSON.stringify(conversation)}\n`);
  } catch (cause) {
    const { message } = cause as Error;
    throw new ChainError('file_not_writable', `cannot save the conversation ${file}: ${message}`, { cause });
  }
}

/**
 * @throws ChainError `file_not_readable` for a file that is missing, damaged, or of a newer version; it stays as it is
 */
export async function loadConversation(file: string): Promise<SavedConversation> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : message;
    throw unreadable(file, reason, { cause });
  }
  // Decoded all the same, it would be saved with other characters.
  if (!isUtf8(bytes)) throw unreadable(file, 'it is damaged: it is not UTF-8');
  return parseConversation(bytes.toString(), file);
}

/**
 * The memory that a conversation was saved with.
 * @throws ChainError `file_not_readable` for a kind that isn't known
 */
export function restoreMemory(saved: SavedConversation, file: string, fields: MemoryFactoryFields): Memory {
  try {
    return createMemory(saved.memory, { ...fields, ...saved.prefixes });
  } catch (cause) {
    throw unreadable(file, `it is damaged: ${(cause as Error).message}`, { cause });
  }
}

async function assertNotNewer(file: string): Promise<void> {
  const [, schema = 1] = /^\s*\{\s*"schema"\s*:\s*(\d+)/.exec(await beginningOf(file)) ?? [];
  if (Number(schema) <= 1) return;
  const message = `cannot save the conversation ${file}: the file there is of a newer version (schema ${schema})`;
  throw new ChainError('file_not_writable', message, { hint: 'The file was left as it is.' });
}

/** Of a file that can't be read, nothing: whether it can be written is another matter. */
async function beginningOf(file: string): Promise<string> {
  const { O_RDONLY, O_NONBLOCK = 0 } = constants;
  try {
    const handle = await open(file, O_RDONLY | O_NONBLOCK);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    return '';
  }
}

/** @throws ChainError `file_not_readable` for a text that is no conversation, or one of a newer version */
export function parseConversation(text: string, file: string): SavedConversation {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw unreadable(file, `it is damaged: ${(cause as Error).message}`, { cause });
  }
  const { schema } = (typeof data === 'object' && data !== null ? data : {}) as { schema?: unknown };
  if (typeof schema === 'number' && schema > 1) {
    throw unreadable(file, `it is of a newer version (schema ${schema}); this one reads schema 1`, {
      hint: 'Update chain. The file was left as it is.',
    });
  }
  const problems = checkSchema(SCHEMA, data);
  if (problems.length === 0) return data as SavedConversation;
  const first = problems.map(({ message }) => message).slice(0, 3);
  throw unreadable(file, `it is damaged: ${first.join('; ')}`);
}

function unreadable(
  file: string,
  reason: string,
  { cause, hint }: { readonly cause?: unknown; readonly hint?: string } = {},
): ChainError {
  return new ChainError('file_not_readable', `cannot read the conversation ${file}: ${reason}`, {
    hint: hint ?? 'The file was left as it is.',
    ...(cause !== undefined && { cause }),
  });
}

const TEXT = { type: 'string' } as const;
const COUNT = { type: ['number', 'null'], minimum: 0 } as const;
const USAGE = {
  type: ['object', 'null'],
  required: ['inputTokens', 'outputTokens', 'totalTokens', 'source'],
  properties: {
    inputTokens: COUNT,
    outputTokens: COUNT,
    totalTokens: COUNT,
    source: { type: 'string', enum: ['reported', 'estimated', 'unknown'] },
  },
} as const;

const STATE = {
  type: 'object',
  required: ['turns', 'summary'],
  properties: {
    summary: TEXT,
    turns: {
      type: 'array',
      items: {
        type: 'object',
        required: ['input', 'output'],
        properties: { input: TEXT, output: TEXT, tokens: { type: 'integer', minimum: 0 } },
      },
    },
  },
} as const;

const SPENT = {
  usage: { ...USAGE, type: 'object' },
  cost: COUNT,
  memoryUsage: USAGE,
  memoryCost: COUNT,
} as const;

const SCHEMA = {
  type: 'object',
  required: ['schema', 'id', 'memory', 'state', 'turns'],
  properties: {
    schema: { type: 'integer', minimum: 1, maximum: 1 },
    id: TEXT,
    memory: TEXT,
    prefixes: {
      type: 'object',
      properties: { humanPrefix: TEXT, aiPrefix: TEXT, summaryPrefix: TEXT },
    },
    model: TEXT,
    system: TEXT,
    state: STATE,
    turns: {
      type: 'array',
      items: {
        type: 'object',
        required: ['input', 'output', 'model', 'usage', 'cost', 'memoryUsage'],
        properties: { input: TEXT, output: TEXT, ...SPENT },
      },
    },
    discarded: {
      type: 'array',
      items: {
        type: 'object',
        required: ['turn', 'reason', 'model', 'usage', 'cost', 'memoryUsage'],
        properties: {
          turn: { type: 'integer', minimum: 1 },
          reason: { type: 'string', enum: ['cancelled', 'failed', 'undone', 'reset'] },
          ...SPENT,
        },
      },
    },
    earlier: { type: 'array', items: STATE },
  },
} as const satisfies JsonSchema;
