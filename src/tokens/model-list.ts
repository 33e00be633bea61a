import { PRICES_SOURCE, PROVIDERS } from './generated/prices/index.js';
import { type Condition, type PricedModel, type PriceOverride, type Rates, rateFor } from './price-list.js';
import { ALIASES, loadModels, type PriceOverrides } from './prices.js';

/** Every model whose price is known. */
export interface ModelList {
  /** Where the prices are from: a package's name and version. */
  readonly source: string;
  /** The day on which that version came out: `2026-09-23`. */
  readonly date: string;
  /** In the order of the providers' names; those with a user's own prices that are on no list come first. */
  readonly models: readonly ListedModel[];
}

export interface ListedModel {
  /** As this package calls it; `null`: the user's price holds for the name, whoever is asked. */
  readonly provider: string | null;
  readonly model: string;
  /** In tokens, prompt and answer together; `null` where it isn't known. */
  readonly contextWindow: number | null;
  /** Whether the price is the user's own. */
  readonly own: boolean;
  /** What it costs now; then what it costs for longer prompts, at other hours, and from some day on. */
  readonly prices: readonly [ListedPrice, ...ListedPrice[]];
}

/** In US dollars per million tokens. */
export interface ListedPrice {
  /** The day on which it begins to hold, at 00:00 UTC; `null`: it holds now. */
  readonly from: string | null;
  /** The hours in which it holds, UTC, as `00:30`; `null`: all that have no price of their own. */
  readonly hours: readonly [from: string, to: string] | null;
  /** It holds for prompts of more tokens than this. */
  readonly aboveInputTokens: number;
  /** `null` here and in `output`: there is no price. */
  readonly input: number | null;
  /** `null`: as `input`. */
  readonly cachedInput: number | null;
  readonly output: number | null;
  /** `null`: as `output`. */
  readonly reasoning: number | null;
  /** Of a thousand requests, besides. */
  readonly thousandRequests: number | null;
}

/** The list that ships, with the user's own prices in place of its own; `at` says what is now. */
export async function listModels(overrides: PriceOverrides = {}, at: Date = new Date()): Promise<ModelList> {
  const { default: json, PRICES_DATE } = await import('./generated/prices/names.js');
  const names: ModelNames = JSON.parse(json);
  const shipped = await Promise.all(
    Object.keys(PROVIDERS).map(async (id) => {
      const provider = OUR_NAMES.get(id) ?? id;
      const models = await loadModels(id);
      return models.map((priced, index) => listedModel(provider, names[id]![index]!, priced, at));
    }),
  );
  shipped.sort(([a], [b]) => (a!.provider! < b!.provider! ? -1 : 1));
  const known = new Set(shipped.flat().map(({ model }) => model));
  return {
    source: PRICES_SOURCE,
    date: PRICES_DATE,
    models: [
      ...Object.entries(overrides)
        .filter(([model]) => !known.has(model))
        .map(([model, price]) => withOwnPrice({ provider: null, model, contextWindow: null }, price)),
      ...shipped
        .flat()
        .map((model) =>
          Object.hasOwn(overrides, model.model) ? withOwnPrice(model, overrides[model.model]!) : model,
        ),
    ],
  };
}

/** The models whose prices are known, by provider as this package calls it. */
export async function modelNames(): Promise<ModelNames> {
  const { default: json } = await import('./generated/prices/names.js');
  const names: ModelNames = JSON.parse(json);
  return Object.fromEntries(Object.entries(names).map(([id, models]) => [OUR_NAMES.get(id) ?? id, models]));
}

type ModelNames = Readonly<Record<string, readonly string[]>>;

const OUR_NAMES: ReadonlyMap<string, string> = new Map([...ALIASES].map(([name, id]) => [id, name]));

function listedModel(provider: string, model: string, priced: PricedModel, at: Date): ListedModel {
  const [, , contextWindow = null] = priced;
  const prices = periods(priced, at).flatMap(([condition, rates]) => tiers(condition, rates));
  return { provider, model, contextWindow, own: false, prices: prices as [ListedPrice, ...ListedPrice[]] };
}

function withOwnPrice(
  model: Pick<ListedModel, 'provider' | 'model' | 'contextWindow'>,
  { input, output, cachedInput }: PriceOverride,
): ListedModel {
  const [price] = tiers(null, [input, output, cachedInput ?? null]);
  return { ...model, own: true, prices: [price!] };
}

/** Of those conditions that hold, the last wins: what stands before the last that holds for good is over. */
function periods([, base, , later = []]: PricedModel, at: Date): readonly (readonly [Condition, Rates])[] {
  const all: readonly (readonly [Condition, Rates])[] = [[null, base], ...later];
  const now = all.findLastIndex(
    ([condition]) =>
      condition === null || (typeof condition === 'string' && Date.parse(condition) <= at.getTime()),
  );
  return [[null, all[now]![1]], ...all.slice(now + 1)];
}

/** One price for each length of prompt from which on some rate is another. */
function tiers(condition: Condition, rates: Rates): readonly ListedPrice[] {
  const starts = rates.flatMap((rate) =>
    Array.isArray(rate) ? rate.filter((_, index) => index % 2 === 1) : [],
  );
  return [...new Set([0, ...starts])]
    .sort((a, b) => a - b)
    .map((aboveInputTokens) => {
      const at = (rate: Rates[number]) => (rate == null ? null : rateFor(rate, aboveInputTokens + 1));
      const [input, output, cachedInput, reasoning, requests] = rates;
      return {
        from: typeof condition === 'string' ? condition : null,
        hours:
          typeof condition === 'object' && condition !== null
            ? [clock(condition[0]), clock(condition[1])]
            : null,
        aboveInputTokens,
        input: at(input),
        cachedInput: at(cachedInput),
        output: at(output),
        reasoning: at(reasoning),
        thousandRequests: at(requests),
      };
    });
}

/** Seconds of the day as `16:30`. */
function clock(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(11, 16);
}
