import type { Config, ConfigDefaults } from './config.js';

/**
 * The flags as they were given, over the configured ones. Parameters of the model and budgets are left out: a
 * template's own win over the configured ones.
 */
export function withDefaults<F extends Given>(given: F, { defaults = {} }: Config): F & FlagDefaults {
  const { temperature, topP, maxTokens, seed, maxCost, maxTotalTokens, ...others } = defaults;
  const { stream = true, content, redact = [] } = others;
  const { log, ...flags }: Given = { ...others, ...given };
  return {
    ...flags,
    ...(typeof log === 'string' && { log }),
    stream: given.stream ?? stream,
    // What one of the two keeps out the other can't let in.
    content: given.content !== false && content !== false,
    redact: [...redact, ...(given.redact ?? [])],
  } as unknown as F & FlagDefaults;
}

interface Given {
  /** `false`: none, whatever is configured. */
  readonly log?: string | false;
  readonly stream?: boolean;
  readonly content?: boolean;
  readonly redact?: readonly string[];
}

export type FlagDefaults = Omit<
  ConfigDefaults,
  'temperature' | 'topP' | 'maxTokens' | 'seed' | 'maxCost' | 'maxTotalTokens'
>;
