import { keysIn } from '../models/providers.js';
import { secretsInUrl } from '../safety/url-secrets.js';
import { type Config, loadConfig } from './config.js';
import { type FlagDefaults, withDefaults } from './flag-defaults.js';
import type { Io } from './io.js';
import { type RedactionFlags, redactorOf } from './redactor-of.js';

type GivenFlags = RedactionFlags & {
  readonly config?: string;
  readonly stream?: boolean;
  readonly log?: string | false;
  readonly otlp?: string;
};

export interface OpenedConfig<F> {
  readonly config: Config;
  /** As they were given, over the configured ones. */
  readonly flags: F & FlagDefaults;
  /** Never to be written down. */
  readonly keys: readonly string[];
}

/**
 * Reads the configuration for the flags that were given. From here on nothing is shown that the two say is to be masked.
 * @throws ChainError `invalid_config`, `file_not_readable`, or `invalid_argument` for a pattern that can't be used
 */
export async function openConfig<F extends GivenFlags>(given: F, io: Io): Promise<OpenedConfig<F>> {
  const collector = secretsInUrl(given.otlp ?? '');
  io.redact = redactorOf(given, [...keysIn(io.env), ...collector]);
  const config = await loadConfig(given.config, io.env);
  const flags = withDefaults(given, config);
  const keys = [...keysIn(io.env, config.providers), ...collector];
  io.redact = redactorOf(flags, keys, 'the configuration: defaults.redact');
  return { config, flags, keys };
}
