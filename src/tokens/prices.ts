import type { Usage } from '../messages.js';
import { PRICES_SOURCE, PROVIDERS } from './generated/prices/index.js';
import { createPriceList, type PricedModel, type PriceList, type PriceOverrides } from './price-list.js';

export { PRICES_SOURCE } from './generated/prices/index.js';
export type { PriceList, PriceOverride, PriceOverrides } from './price-list.js';

export interface PriceOptions {
  /** Where the requests go. A host that isn't in the list has no known prices, whatever the provider's name. */
  readonly baseUrl?: string;
  /** The user's own prices; they win. */
  readonly overrides?: PriceOverrides;
}

/**
 * The prices of a provider (`openai`, `groq`, `gemini`, …), to be asked synchronously afterwards. They ship with the
 * package and are read when they are first asked for. A provider or host that isn't known gives a list without any.
 */
export async function loadPrices(provider: string | null, options: PriceOptions = {}): Promise<PriceList> {
  const id = findProvider(provider, options.baseUrl);
  const ids = id === null ? [] : [id, ...PROVIDERS[id]!.fallbacks];
  const models = await Promise.all(ids.map(loadModels));
  return createPriceList(id, PRICES_SOURCE, models.flat(), options.overrides ?? {});
}

/**
 * What a call cost, in US dollars; `null` where no price is known, never 0 for that.
 * `model` is best the name that the provider answered with. `at` is when the call was made; default: now.
 */
export async function priceOf(
  provider: string | null,
  model: string,
  usage: Usage,
  options: PriceOptions & { readonly at?: Date } = {},
): Promise<number | null> {
  return (await loadPrices(provider, options)).cost(model, usage, options.at);
}

/** How many tokens a model takes, prompt and answer together; `null` where that isn't known. */
export async function contextWindow(
  provider: string | null,
  model: string,
  options: PriceOptions = {},
): Promise<number | null> {
  return (await loadPrices(provider, options)).contextWindow(model);
}

/** Our names of providers that the list calls otherwise. */
export const ALIASES: ReadonlyMap<string, string> = new Map([
  ['gemini', 'google'],
  ['xai', 'x-ai'],
  ['moonshot', 'moonshotai'],
]);

function findProvider(provider: string | null, baseUrl: string | undefined): string | null {
  const name = provider?.trim().toLowerCase() ?? '';
  const id = ALIASES.get(name) ?? name;
  const named = Object.hasOwn(PROVIDERS, id) ? [id] : [];
  if (baseUrl === undefined) return named[0] ?? null;
  const url = normalizeUrl(baseUrl);
  const isAt = (candidate: string) => new RegExp(`^(?:${PROVIDERS[candidate]!.urls})`).test(url);
  return [...named, ...Object.keys(PROVIDERS)].find(isAt) ?? null;
}

/** The models of a provider, as the list calls it. */
export async function loadModels(id: string): Promise<readonly PricedModel[]> {
  const data = await PROVIDERS[id]?.load();
  return data === undefined ? [] : JSON.parse(data.default);
}

/** The host in lower case, and nothing before it that only looks like one. */
function normalizeUrl(baseUrl: string): string {
  if (!URL.canParse(baseUrl)) return baseUrl;
  const { protocol, host, pathname } = new URL(baseUrl);
  return `${protocol}//${host}${pathname}`;
}
