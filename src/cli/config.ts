import { join } from 'node:path';
import { ChainError } from '../errors.js';
import type { ModelParams } from '../messages.js';
import type { BudgetLimits } from '../tokens/budget.js';
import type { PriceOverrides } from '../tokens/prices.js';
import { readTextFile } from './read-text-file.js';
import { xdgFolder } from './xdg-folder.js';

/** What a person has set once for all runs. Data only. */
export interface Config {
  readonly model?: string | undefined;
  /** Dollars per million tokens. */
  readonly prices?: PriceOverrides | undefined;
  /** OpenAI-compatible servers by the prefix that names them. */
  readonly providers?: Readonly<
    Record<string, { readonly baseUrl: string; readonly keyVariable?: string | undefined }>
  >;
  /** Flags of `chain run`, by their long names in camel case. */
  readonly defaults?: ConfigDefaults | undefined;
}

export interface ConfigDefaults
  extends Pick<ModelParams, 'temperature' | 'topP' | 'maxTokens' | 'seed'>,
    BudgetLimits {
  readonly verbose?: boolean;
  readonly log?: string;
  readonly logFormat?: 'text' | 'jsonl';
  readonly logTokens?: boolean;
  readonly quiet?: boolean;
  readonly stream?: boolean;
  readonly timeout?: number;
  readonly retries?: number;
  /** Besides those of the flags. */
  readonly redact?: readonly string[];
  readonly content?: boolean;
}

/** Where the configuration is looked for when no flag names it; `undefined` for somebody without a home. */
export function configPath(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const folder = xdgFolder('XDG_CONFIG_HOME', env);
  return folder && join(folder, 'config.yaml');
}

/**
 * Reads `--config`, or the usual file where there is one.
 * @throws ChainError `invalid_config` naming every key that is wrong; `file_not_readable` for a file that was named
 */
export async function loadConfig(
  flag: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Config> {
  const file = flag ?? configPath(env);
  if (file === undefined) return {};
  let text: string;
  try {
    text = await readTextFile(file, '--config');
  } catch (error) {
    // A home folder that is missing or can't be read never fails a run.
    const unreadable = error instanceof ChainError && error.code === 'file_not_readable';
    if (unreadable && flag === undefined) return {};
    throw error;
  }
  const { parseConfig } = await import('./config-schema.js');
  return parseConfig(text, file);
}
