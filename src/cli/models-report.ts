import { ChainError, toErrorRecord } from '../errors.js';
import { PROVIDERS } from '../models/providers.js';
import { didYouMean, nearestName } from '../nearest-name.js';
import { cleanControls } from '../safety/clean.js';
import { type ListedModel, type ListedPrice, listModels, type ModelList } from '../tokens/model-list.js';
import { ALIASES } from '../tokens/prices.js';
import { type Config, loadConfig } from './config.js';
import { renderErrorJson } from './exit.js';
import type { Io } from './io.js';
import { toJsonLine } from './json-line.js';
import { type Column, renderTable } from './table.js';

export interface ModelsFlags {
  readonly provider?: string;
  readonly config?: string;
  readonly json?: boolean;
}

/** The models that were found. */
export interface ModelsReport extends ModelList {
  /** What was looked for; empty: everything. */
  readonly search: string;
  readonly provider: string | null;
  /** Where nothing was found: a name that was perhaps meant. */
  readonly nearest: string | null;
}

/**
 * The models in whose `provider:name` every word of the search is, in either case.
 * @throws ChainError `invalid_argument` for a provider that isn't known
 */
export async function findModels(
  search: string,
  { provider: asked }: ModelsFlags,
  config: Config,
): Promise<ModelsReport> {
  const list = await listModels(config.prices);
  const provider = asked === undefined ? null : providerOf(asked, list, config);
  const candidates = list.models.filter((model) => provider === null || model.provider === provider);
  const words = search.toLowerCase().split(/\s+/);
  const models = candidates.filter((model) => {
    const name = nameOf(model).toLowerCase();
    return words.every((word) => name.includes(word));
  });
  const names = () => candidates.flatMap((model) => [model.model, nameOf(model)]);
  const nearest = models.length > 0 ? undefined : nearestName(search, names());
  return { ...list, models, search, provider, nearest: nearest ?? null };
}

function nameOf({ provider, model }: ListedModel): string {
  return provider === null ? model : `${provider}:${model}`;
}

/** Its name here: the list calls some otherwise. */
function providerOf(asked: string, { models }: ModelList, config: Config): string {
  const name = asked.trim().toLowerCase();
  const ours = [...ALIASES].find(([, id]) => id === name)?.[0] ?? name;
  const listed = models.flatMap(({ provider }) => provider ?? []);
  const known = new Set([...Object.keys(PROVIDERS), ...Object.keys(config.providers ?? {}), ...listed]);
  if (known.has(ours)) return ours;
  throw new ChainError('invalid_argument', `unknown provider: ${asked}${didYouMean(asked, known)}`, {
    hint: `Known are ${[...known].sort().join(', ')}.`,
  });
}

/** Shows them on stdout; that there are none is said on stderr, and is no failure. */
export async function showModels(search: string, flags: ModelsFlags, io: Io): Promise<void> {
  let report: ModelsReport;
  try {
    report = await findModels(search, flags, await loadConfig(flags.config, io.env));
  } catch (error) {
    if (flags.json) io.stdout.write(renderErrorJson(toErrorRecord(error), '', io.redact));
    throw error;
  }
  if (flags.json) io.stdout.write(toJsonLine({ schema: 1, ...report }, io.redact));
  else if (report.models.length > 0) io.stdout.write(renderModels(report));
  if (report.models.length === 0) io.stderr.write(renderNothingFound(report));
}

/** A row for each model, and rows below it for prices that hold for long prompts, at other hours or from some day on. */
export function renderModels({ models, source, date }: ModelsReport): string {
  const rows = models.flatMap((model) =>
    model.prices.map((price, index) => ({ model, price, first: index === 0 })),
  );
  type Row = (typeof rows)[number];
  const column = (head: string, cell: (row: Row) => string, align: Column['align'] = 'right'): Column => ({
    head,
    cells: rows.map(cell),
    align,
  });
  const has = (field: keyof ListedPrice) => rows.some(({ price }) => price[field] !== null);
  const columns = [
    column('model', ({ model, price, first }) => (first ? model.model : `  ${renderWhen(price)}`), 'left'),
    column('provider', ({ model, first }) => (first ? (model.provider ?? 'any') : ''), 'left'),
    column('context', ({ model, first }) => (first ? renderCount(model.contextWindow) : '')),
    column('input', ({ price }) => (isPriced(price) ? renderRate(price.input) : 'no price')),
    column('cached', ({ price }) => renderRate(price.cachedInput)),
    column('output', ({ price }) => renderRate(price.output)),
    column('reasoning', ({ price }) => renderRate(price.reasoning)),
    ...(has('thousandRequests')
      ? [column('1000 requests', ({ price }) => renderRate(price.thousandRequests))]
      : []),
    ...(models.some(({ own }) => own)
      ? [column('price from', ({ model, first }) => (first ? (model.own ? 'config' : 'list') : ''), 'left')]
      : []),
  ];
  const count = models.length === 1 ? '1 model' : `${renderCount(models.length)} models`;
  const table = renderTable(columns, { width: Number.POSITIVE_INFINITY });
  return cleanControls(`${table}${count} · US dollars per million tokens · ${source} of ${date}\n`);
}

function renderWhen({ from, hours, aboveInputTokens }: ListedPrice): string {
  const parts = [
    ...(from === null ? [] : [`from ${from}`]),
    ...(hours === null ? [] : [`${hours[0]} to ${hours[1]} UTC`]),
    ...(aboveInputTokens === 0 ? [] : [`above ${renderCount(aboveInputTokens)} tokens in`]),
  ];
  return parts.join(', ');
}

function isPriced({ input, output }: ListedPrice): boolean {
  return input !== null || output !== null;
}

function renderRate(dollars: number | null): string {
  if (dollars === null) return '-';
  return dollars.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 12 });
}

function renderCount(tokens: number | null): string {
  return tokens === null ? '-' : tokens.toLocaleString('en-US');
}

function renderNothingFound({ search, provider, nearest }: ModelsReport): string {
  const whose = provider === null ? '' : ` of ${provider}`;
  if (search.trim() === '') return `chain: no model${whose} is on the price list\n`;
  const meant = nearest === null ? '' : ` (did you mean "${nearest}"?)`;
  return cleanControls(`chain: no known model${whose} has "${search}" in its name${meant}\n`);
}
