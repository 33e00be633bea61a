import type { Usage } from '../messages.js';

/** What one provider charges. */
export interface PriceList {
  /** The provider's id in the source; `null` where it has none, and then only overrides have prices. */
  readonly provider: string | null;
  /** Where the prices are from: a package's name and version. */
  readonly source: string;
  /**
   * What a call cost, in US dollars; `at` (default: now) picks among prices that changed or depend on the hour.
   * `null` where the model has no price here, or where the price depends on a number that isn't known.
   */
  cost(model: string, usage: Usage, at?: Date): number | null;
  /** How many tokens the model takes, prompt and answer together; `null` where that isn't known. */
  contextWindow(model: string): number | null;
}

/** A user's own price, in US dollars per million tokens. Without `cachedInput`, cached tokens cost what others do. */
export interface PriceOverride {
  readonly input: number;
  readonly output: number;
  readonly cachedInput?: number;
}

/** By the model's name, as it is given to the provider. */
export type PriceOverrides = Readonly<Record<string, PriceOverride>>;

/** One provider in the generated list. */
export interface PriceData {
  /** A regular expression for the start of its base URLs. */
  readonly urls: string;
  /** Providers whose prices hold for the models that aren't in this one's list. */
  readonly fallbacks: readonly string[];
  /** A `readonly PricedModel[]`, as JSON because that loads fastest. The first that matches a name is the model. */
  load(): Promise<{ readonly default: string }>;
}

/** `later` changes the rates: of those conditions that hold, the last wins. */
export type PricedModel = readonly [
  match: Match,
  rates: Rates,
  contextWindow?: number | null,
  later?: readonly (readonly [Condition, Rates])[],
];

/** `=name`, `^prefix`, `$suffix`, `*part`, `/regular expression`; in a list any, in `and` all. All in lower case. */
export type Match = string | readonly Match[] | { readonly and: readonly Match[] };

/** US dollars per million tokens (per thousand requests for the last). What is missing has no price. */
export type Rates = readonly [
  input?: Rate | null,
  output?: Rate | null,
  cachedInput?: Rate | null,
  reasoning?: Rate | null,
  requests?: Rate | null,
];

/** A list is a price, then pairs: above so many input tokens, this price for all tokens. */
export type Rate = number | readonly number[];

/** From a date (at 00:00 UTC), between two times of day (seconds, UTC), or always. */
export type Condition = string | readonly [from: number, to: number] | null;

/** A price list over `models`, in which `overrides` win. */
export function createPriceList(
  provider: string | null,
  source: string,
  models: readonly PricedModel[],
  overrides: PriceOverrides,
): PriceList {
  return {
    provider,
    source,
    cost(model, usage, at = new Date()) {
      const override = overrides[model];
      if (override) return cost([override.input, override.output, override.cachedInput ?? null], usage);
      const found = findModel(models, model);
      return found ? cost(ratesAt(found, at), usage) : null;
    },
    contextWindow: (model) => findModel(models, model)?.[2] ?? null,
  };
}

function cost([input, output, cachedInput, reasoning, requests]: Rates, usage: Usage): number | null {
  const { inputTokens, outputTokens } = usage;
  if (inputTokens === null || outputTokens === null || (input ?? output ?? null) === null) return null;
  // Parts of the two totals. A server that reports a part larger than its whole must not make a price negative.
  const cachedTokens = Math.min(usage.cachedTokens ?? 0, inputTokens);
  const reasoningTokens = Math.min(usage.reasoningTokens ?? 0, outputTokens);
  const parts = [
    [inputTokens - cachedTokens, input],
    [cachedTokens, cachedInput ?? input],
    [outputTokens - reasoningTokens, output],
    [reasoningTokens, reasoning ?? output],
  ] as const;
  let dollars = rateFor(requests ?? 0, inputTokens) / 1e3;
  for (const [tokens, rate] of parts) {
    if (tokens === 0) continue;
    if (rate === undefined || rate === null) return null;
    dollars += (rateFor(rate, inputTokens) * tokens) / 1e6;
  }
  return dollars;
}

/** The rate for a prompt of so many tokens. */
export function rateFor(rate: Rate, inputTokens: number): number {
  if (typeof rate === 'number') return rate;
  let price = rate[0]!;
  for (let i = 1; i < rate.length; i += 2) if (inputTokens > rate[i]!) price = rate[i + 1]!;
  return price;
}

function ratesAt([, rates, , later = []]: PricedModel, at: Date): Rates {
  return later.findLast(([condition]) => holds(condition, at))?.[1] ?? rates;
}

function holds(condition: Condition, at: Date): boolean {
  if (condition === null) return true;
  if (typeof condition === 'string') return at.getTime() >= Date.parse(condition);
  const [from, to] = condition;
  const time = (at.getTime() / 1000) % 86_400;
  return from <= to ? time >= from && time < to : time >= from || time < to;
}

/** A name with a date such as `-20240806` is also looked up as `-2024-08-06`. */
function findModel(models: readonly PricedModel[], model: string): PricedModel | undefined {
  const name = model.trim().toLowerCase();
  const find = (wanted: string) => models.find(([match]) => matches(match, wanted));
  return find(name) ?? find(name.replace(COMPACT_DATE, '-$1-$2-$3'));
}

const COMPACT_DATE = /-(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=[-:]|$)/g;

function matches(match: Match, name: string): boolean {
  if (typeof match !== 'string') {
    return 'and' in match
      ? match.and.every((part) => matches(part, name))
      : match.some((part) => matches(part, name));
  }
  const value = match.slice(1);
  switch (match[0]) {
    case '=':
      return name === value;
    case '^':
      return name.startsWith(value);
    case '$':
      return name.endsWith(value);
    case '*':
      return name.includes(value);
    default:
      return new RegExp(value).test(name);
  }
}
