import { ChainError } from '../errors.js';
import { DEFAULT_MODEL } from './providers.js';

/** What may name a model, the strongest first. */
export interface ModelSources {
  readonly flag?: string | undefined;
  readonly template?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly config?: string | undefined;
}

/** Which model answers, and why. */
export interface ModelChoice {
  /** As it was named: `gpt-5-mini`, `ollama:llama3.2`, `offline`. */
  readonly name: string;
  readonly from:
    | 'flag'
    | 'template'
    | 'CHAIN_MODEL'
    | 'config'
    | 'OPENAI_API_KEY'
    | 'OPENAI_BASE_URL'
    | 'nothing';
}

/** Nobody named a model and none is reachable: the offline model answers what it can. */
export function isImplicitlyOffline(choice: ModelChoice): boolean {
  return choice.from === 'nothing';
}

/** `--model`, the template's front matter, `CHAIN_MODEL`, the config; else the default, where a server is known. */
export function chooseModel({ flag, template, env, config }: ModelSources): ModelChoice {
  if (flag === '') throw new ChainError('invalid_argument', '--model names no model');
  if (flag) return { name: flag, from: 'flag' };
  if (template) return { name: template, from: 'template' };
  if (env.CHAIN_MODEL) return { name: env.CHAIN_MODEL, from: 'CHAIN_MODEL' };
  if (config) return { name: config, from: 'config' };
  if (env.OPENAI_API_KEY) return { name: DEFAULT_MODEL, from: 'OPENAI_API_KEY' };
  if (env.OPENAI_BASE_URL) return { name: DEFAULT_MODEL, from: 'OPENAI_BASE_URL' };
  return { name: 'offline', from: 'nothing' };
}
