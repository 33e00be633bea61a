import { unlessAborted } from '../callbacks/abort.js';
import { renderCost } from '../callbacks/figures.js';
import { ChainError, toErrorRecord } from '../errors.js';
import { chooseModel } from '../models/choose.js';
import { resolveModelName } from '../models/providers.js';
import type { PromptValue } from '../prompts/prompt.js';
import { cleanControls } from '../safety/clean.js';
import { countMessages, takesMessages } from '../tokens/chat-framing.js';
import { loadPrices } from '../tokens/prices.js';
import { loadTokenizer, type Tokenizer } from '../tokens/tokenizer.js';
import { estimatedUsage } from '../tokens/usage.js';
import { type Config, loadConfig } from './config.js';
import { renderErrorJson } from './exit.js';
import type { Io } from './io.js';
import { toJsonLine } from './json-line.js';
import { noteModels } from './model-hint.js';
import { type PromptFlags, readPrompt } from './read-prompt.js';
import { type Column, renderTable } from './table.js';

export interface TokensFlags extends PromptFlags {
  readonly model: readonly string[];
  readonly config?: string;
  readonly json?: boolean;
}

/** What a prompt takes of one model. */
export interface PromptTokens {
  /** As it was asked for: `anthropic:claude-sonnet-4-5`. */
  readonly name: string;
  readonly provider: string;
  /** Without the provider's prefix. */
  readonly model: string;
  readonly inputTokens: number;
  /** Of the prompt alone, in US dollars; `null` where no price is known. */
  readonly inputCost: number | null;
  /** In tokens, prompt and answer together; `null` where it isn't known. */
  readonly contextWindow: number | null;
  /** How much of the context window the prompt takes: 1 is all of it. */
  readonly contextShare: number | null;
  /** What counted. */
  readonly encoding: Tokenizer['encoding'];
  /** Whether that is the model's own; otherwise the count is an estimate. */
  readonly exact: boolean;
  /** Whether what marks off messages is counted, as chat models are given it. */
  readonly chat: boolean;
}

/** Counts a prompt for each model; nothing is called. */
export async function countPrompt(
  names: readonly string[],
  prompt: PromptValue,
  { prices, providers }: Config,
  { env, signal }: Pick<Io, 'env' | 'signal'>,
): Promise<readonly PromptTokens[]> {
  // A long prompt takes seconds, and most models share an encoding.
  const counts = new Map<string, number>();
  const rows: PromptTokens[] = [];
  for (const name of names) {
    const { provider, model, baseUrl } =
      name === 'offline' ? OFFLINE : resolveModelName(name, providers, env);
    const tokenizer = await loadTokenizer(model);
    signal.throwIfAborted();
    const { encoding, exact } = tokenizer;
    const chat = takesMessages(model);
    const key = `${encoding} ${chat}`;
    const inputTokens =
      counts.get(key) ?? (chat ? countMessages(tokenizer, prompt.messages) : tokenizer.count(prompt.text));
    counts.set(key, inputTokens);
    const list = await loadPrices(provider, { baseUrl, ...(prices && { overrides: prices }) });
    const contextWindow = list.contextWindow(model);
    rows.push({
      name,
      provider,
      model,
      inputTokens,
      inputCost: name === 'offline' ? null : list.cost(model, estimatedUsage(inputTokens, 0)),
      contextWindow,
      contextShare: contextWindow === null ? null : inputTokens / contextWindow,
      encoding,
      exact,
      chat,
    });
  }
  return rows;
}

const OFFLINE = { provider: 'offline', model: 'offline', baseUrl: '' } as const;

/** The rows as a table on stdout, or as a document. */
export async function showTokens(path: string | undefined, flags: TokensFlags, io: Io): Promise<void> {
  try {
    const rows = await unlessAborted(countTemplate(path, flags, io), io.signal);
    io.stdout.write(flags.json ? toJsonLine({ schema: 1, models: rows }, io.redact) : renderTokens(rows));
  } catch (error) {
    if (flags.json) io.stdout.write(renderErrorJson(toErrorRecord(error), '', io.redact));
    throw error;
  }
}

async function countTemplate(
  path: string | undefined,
  flags: TokensFlags,
  io: Io,
): Promise<readonly PromptTokens[]> {
  const config = await loadConfig(flags.config, io.env);
  const { template, values } = await readPrompt(path, flags, io, 'tokens');
  const named = namesIn(flags.model);
  const names =
    named.length > 0
      ? named
      : [chooseModel({ template: template.model, env: io.env, config: config.model }).name];
  await noteModels(names, config.providers, io);
  return countPrompt(names, template.prompt.formatPrompt(values), config, io);
}

/** Each once, in the order in which they were given. */
function namesIn(flags: readonly string[]): readonly string[] {
  const names = flags.flatMap((flag) => flag.split(',')).map((name) => name.trim());
  if (names.includes('')) throw new ChainError('invalid_argument', '--model names no model');
  return [...new Set(names)];
}

export function renderTokens(rows: readonly PromptTokens[]): string {
  const column = (head: string, cell: (row: PromptTokens) => string, align: Column['align'] = 'right') => ({
    head,
    cells: rows.map(cell),
    align,
  });
  const columns = [
    column('model', ({ name }) => name, 'left'),
    column('tokens in', ({ inputTokens }) => inputTokens.toLocaleString('en-US')),
    column('price', ({ provider, inputCost }) => (provider === 'offline' ? 'none' : renderCost(inputCost))),
    column('context window', renderShare),
    column('counted by', renderCounting, 'left'),
  ];
  return cleanControls(renderTable(columns, { width: Number.POSITIVE_INFINITY }));
}

/** `0.03% of 400,000`. */
function renderShare({ contextWindow, contextShare }: PromptTokens): string {
  if (contextWindow === null || contextShare === null) return 'unknown';
  const percent = contextShare * 100;
  const digits = percent >= 10 ? 0 : percent >= 1 ? 1 : 2;
  const share = percent > 0 && percent < 0.01 ? 'under 0.01' : percent.toFixed(digits);
  return `${share}% of ${contextWindow.toLocaleString('en-US')}${contextShare > 1 ? ': too long' : ''}`;
}

function renderCounting({ provider, encoding, exact, chat }: PromptTokens): string {
  const form = chat ? 'chat format' : 'plain text';
  if (provider === 'offline') return `${encoding}, ${form}; offline, not a language model`;
  return exact ? `${encoding}, ${form}` : `estimate: ${encoding}, ${form}, in place of its own tokenizer`;
}
