// Writes the price list that `src/tokens/prices.ts` loads: what @pydantic/genai-prices says of text models, a module
// for each provider, so that a run loads only its own. `src/tokens/price-list.ts` describes the form. What only a list
// of all models needs is in `names.ts`. Same package, same bytes.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { calcPrice, waitForUpdate } from '@pydantic/genai-prices';

const PACKAGE = '@pydantic/genai-prices';
/** When a version of it came out, as `npm view @pydantic/genai-prices time` says: the package itself has no date. */
const RELEASED = { '0.1.8': '2026-09-23' };
const OUT_FOLDER = fileURLToPath(new URL('../src/tokens/generated/prices/', import.meta.url));

/** Makes `outFolder` hold the price list and nothing else; files that are right already stay untouched. */
export async function buildPrices(outFolder = OUT_FOLDER) {
  await mkdir(outFolder, { recursive: true });
  const files = await renderPrices();
  for (const name of await readdir(outFolder)) {
    if (!files.has(name)) await rm(path.join(outFolder, name), { recursive: true });
  }
  for (const [name, text] of files) {
    const file = path.join(outFolder, name);
    if ((await readFile(file, 'utf8').catch(() => null)) !== text) await writeFile(file, text);
  }
}

/** File names and their texts: `index.ts`, `names.ts`, and a file for each provider. */
async function renderPrices() {
  const packageFile = new URL('../package.json', import.meta.resolve(PACKAGE));
  const { version } = JSON.parse(await readFile(packageFile, 'utf8'));
  const date = RELEASED[version];
  if (date === undefined)
    throw new Error(`When did ${PACKAGE} ${version} come out? It is to be written down here.`);
  const notice = `/*! Prices from ${PACKAGE} ${version}, MIT licence, Copyright (c) Pydantic Services Inc. */\n`;
  // With no update asked for, this is the list that the package brings with it.
  const providers = await waitForUpdate();
  const entries = providers.map(({ id, api_pattern, fallback_model_providers = [] }) => {
    const load = `() => import(${JSON.stringify(`./${id}.js`)})`;
    const [key, urls, fallbacks] = [id, api_pattern, fallback_model_providers].map((x) => JSON.stringify(x));
    return `  ${key}: { urls: ${urls}, fallbacks: ${fallbacks}, load: ${load} },\n`;
  });
  const index = [
    "import type { PriceData } from '../../price-list.js';\n\n",
    `export const PRICES_SOURCE = ${JSON.stringify(`${PACKAGE} ${version}`)};\n\n`,
    `export const PROVIDERS: Readonly<Record<string, PriceData>> = {\n${entries.join('')}};\n`,
  ];
  const ids = JSON.stringify(
    Object.fromEntries(providers.map(({ id, models }) => [id, models.map((model) => nameOf(model, id))])),
  );
  const names = [
    '/** The day on which the list came out. */\n',
    `export const PRICES_DATE = ${JSON.stringify(date)};\n\n`,
    '/** JSON: by provider, the names of its models in the order of its list. */\n',
    `export default ${JSON.stringify(ids)};\n`,
  ];
  const files = new Map([
    ['index.ts', notice + index.join('')],
    ['names.ts', notice + names.join('')],
  ]);
  for (const { id, models } of providers) {
    const json = JSON.stringify(models.map(compactModel));
    files.set(`${id}.ts`, `${notice}export default ${JSON.stringify(json)};\n`);
  }
  return files;
}

/** Its id, or where that isn't what the provider is asked for, the first name that is. */
function nameOf({ id, match }, providerId) {
  const finds = (name) => calcPrice({ input_tokens: 1 }, name, { providerId })?.model.id === id;
  return [id, ...[compactMatch(match)].flat(9).map((value) => String(value).slice(1))].find(finds) ?? id;
}

function compactModel({ match, prices, context_window }) {
  const [first, ...later] = Array.isArray(prices) ? prices : [{ prices }];
  const model = [compactMatch(match), compactRates(first.prices)];
  if (context_window !== undefined || later.length > 0) model.push(context_window ?? null);
  if (later.length > 0) model.push(later.map((price) => [condition(price), compactRates(price.prices)]));
  return model;
}

function compactMatch(match) {
  const [[kind, value], ...others] = Object.entries(match);
  if (others.length > 0) throw new Error(`A match of more than one kind: ${JSON.stringify(match)}`);
  switch (kind) {
    case 'equals':
      return `=${value.toLowerCase()}`;
    case 'starts_with':
      return `^${value.toLowerCase()}`;
    case 'ends_with':
      return `$${value.toLowerCase()}`;
    case 'contains':
      return `*${value.toLowerCase()}`;
    case 'regex':
      return `/${value}`;
    case 'or':
      return value.map(compactMatch);
    case 'and':
      return { and: value.map(compactMatch) };
    default:
      throw new Error(`An unknown kind of match: ${JSON.stringify(match)}`);
  }
}

function compactRates(prices) {
  const rates = [
    prices.input_mtok,
    prices.output_mtok,
    prices.cache_read_mtok,
    prices.output_reasoning_mtok,
    prices.requests_kcount,
  ].map(compactRate);
  return rates.slice(0, rates.findLastIndex((rate) => rate !== null) + 1);
}

function compactRate(price) {
  if (price === undefined || typeof price === 'number') return price ?? null;
  const tiers = price.tiers.toSorted((a, b) => a.start - b.start);
  return [price.base, ...tiers.flatMap((tier) => [tier.start, tier.price])];
}

function condition({ constraint }) {
  switch (constraint?.type) {
    case undefined:
      return null;
    case 'start_date':
      return constraint.start_date;
    case 'time_of_date':
      return [utcSeconds(constraint.start_time), utcSeconds(constraint.end_time)];
    default:
      throw new Error(`An unknown condition of a price: ${JSON.stringify(constraint)}`);
  }
}

function utcSeconds(time) {
  const date = new Date(`1970-01-02T${time}`);
  if (Number.isNaN(date.getTime())) throw new Error(`Not a time of day: ${time}`);
  return (date.getTime() / 1000) % 86_400;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await buildPrices();
