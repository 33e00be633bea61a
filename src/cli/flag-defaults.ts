import type { Config, ConfigDefaults } from './config.js';

/**
 * The flags as they were given, over the configured ones. Parameters of the model and budgets are left out: a
 * template's own win over the configured ones.
 */
export function withDefaults<F extends { readonly stream?: boolean }>(
  given: F,
  { defaults = {} }: Config,
): F & FlagDefaults {
  const { temperature, topP, maxTokens, seed, maxCost, maxTotalTokens, stream, ...others } = defaults;
  return { ...others, ...given, stream: given.stream !== false && stream !== false };
}

type FlagDefaults = Omit<
  ConfigDefaults,
  'temperature' | 'topP' | 'maxTokens' | 'seed' | 'maxCost' | 'maxTotalTokens'
>;
