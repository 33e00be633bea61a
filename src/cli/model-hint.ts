import { PROVIDERS, type Providers } from '../models/providers.js';
import { nearestName } from '../nearest-name.js';
import { cleanControls } from '../safety/clean.js';
import { modelNames } from '../tokens/model-list.js';
import type { Io } from './io.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What was probably meant by a model's name; `undefined` for one that may well be right. Behind `OPENAI_BASE_URL` any
 * name without a prefix may.
 */
export async function hintForModel(
  name: string,
  providers: Providers = {},
  env: Environment,
): Promise<string | undefined> {
  const prefixes = Object.keys({ ...PROVIDERS, ...providers });
  if (name === 'offline') return undefined;
  if (prefixes.includes(name)) return withPrefix(name);
  if (name.includes(',')) {
    const several = name.split(',').map((one) => `--model ${one.trim()}`);
    return `Several models are several flags: ${several.join(' ')}`;
  }
  const [prefix = '', ...rest] = name.split(':');
  if (prefixes.includes(prefix)) return undefined;
  if (rest.length > 0) return didYouMean(nearestName(prefix, prefixes), `:${rest.join(':')}`);
  if (env.OPENAI_BASE_URL) return undefined;
  const known = await modelNames();
  const models = known.openai ?? [];
  if (models.some((model) => family(model) === family(name))) return undefined;
  const others = prefixes.filter((each) => each !== 'openai' && name.length >= SHORTEST_BEGINNING);
  const elsewhere = others.find((each) => known[each]?.some((model) => model.startsWith(name)));
  if (elsewhere !== undefined) return didYouMean(`${elsewhere}:${name}`);
  const nearest = nearestName(name, ['offline', ...prefixes, ...models]);
  return nearest !== undefined && prefixes.includes(nearest) ? withPrefix(nearest) : didYouMean(nearest);
}

/** For commands that call nothing, and so never hear that a model isn't there: a line on stderr for each name. */
export async function noteModels(
  names: Iterable<string>,
  providers: Providers | undefined,
  { stderr, env, redact }: Io,
): Promise<void> {
  for (const name of names) {
    const hint = await hintForModel(name, providers, env);
    if (hint !== undefined) stderr.write(redact(cleanControls(`note: ${name}: ${hint}\n`)));
  }
}

/** Fewer characters begin the names of all sorts of models. */
const SHORTEST_BEGINNING = 4;

function withPrefix(provider: string): string {
  return `A model of ${provider} is written ${provider}:NAME.`;
}

function didYouMean(name: string | undefined, rest = ''): string | undefined {
  return name && `Did you mean ${name}${rest}?`;
}

/** A name that differs in numbers alone is probably a newer one. */
function family(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '');
}
