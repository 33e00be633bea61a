import { otlpSecretsIn } from '../callbacks/otel/environment.js';
import { ChainError } from '../errors.js';
import { secretsInUrl } from '../safety/url-secrets.js';

/** The chat model that answers where nothing else is said. */
export const DEFAULT_MODEL = 'gpt-5-mini';

/** The completion model that answers where nothing else is said: chat models don't know that endpoint. */
export const DEFAULT_COMPLETION_MODEL = 'gpt-3.5-turbo-instruct';

/** Where an OpenAI-compatible server is, and what it wants. */
export interface Provider {
  /** The address before `/chat/completions`. */
  readonly baseUrl: string;
  /** The environment variable that holds its key. None: it needs no key. */
  readonly keyVariable?: string | undefined;
  /** The environment variable that holds another `baseUrl`; with one, no key is needed. */
  readonly baseUrlVariable?: string | undefined;
  /** The environment variable that holds another host, as `host`, `host:port` or a URL; the path stays. */
  readonly hostVariable?: string | undefined;
  /** What to do when nothing listens there. */
  readonly start?: string | undefined;
}

export type Providers = Readonly<Record<string, Provider>>;

/** What may stand before the colon in `provider:model`. */
export const PROVIDERS = {
  openai: {
    baseUrl: 'https://api.openai.com/v1',
    keyVariable: 'OPENAI_API_KEY',
    baseUrlVariable: 'OPENAI_BASE_URL',
  },
  anthropic: { baseUrl: 'https://api.anthropic.com/v1', keyVariable: 'ANTHROPIC_API_KEY' },
  cerebras: { baseUrl: 'https://api.cerebras.ai/v1', keyVariable: 'CEREBRAS_API_KEY' },
  dashscope: {
    baseUrl: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
    keyVariable: 'DASHSCOPE_API_KEY',
  },
  deepseek: { baseUrl: 'https://api.deepseek.com/v1', keyVariable: 'DEEPSEEK_API_KEY' },
  fireworks: { baseUrl: 'https://api.fireworks.ai/inference/v1', keyVariable: 'FIREWORKS_API_KEY' },
  gemini: {
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
    keyVariable: 'GEMINI_API_KEY',
  },
  groq: { baseUrl: 'https://api.groq.com/openai/v1', keyVariable: 'GROQ_API_KEY' },
  huggingface: { baseUrl: 'https://router.huggingface.co/v1', keyVariable: 'HF_TOKEN' },
  llamacpp: { baseUrl: 'http://127.0.0.1:8080/v1', start: 'Is llama-server running?' },
  lmstudio: { baseUrl: 'http://127.0.0.1:1234/v1', start: 'Is the server of LM Studio started?' },
  mistral: { baseUrl: 'https://api.mistral.ai/v1', keyVariable: 'MISTRAL_API_KEY' },
  moonshot: { baseUrl: 'https://api.moonshot.ai/v1', keyVariable: 'MOONSHOT_API_KEY' },
  nvidia: { baseUrl: 'https://integrate.api.nvidia.com/v1', keyVariable: 'NVIDIA_API_KEY' },
  ollama: {
    baseUrl: 'http://127.0.0.1:11434/v1',
    hostVariable: 'OLLAMA_HOST',
    start: "Ollama isn't running there: start it with `ollama serve`.",
  },
  openrouter: { baseUrl: 'https://openrouter.ai/api/v1', keyVariable: 'OPENROUTER_API_KEY' },
  perplexity: { baseUrl: 'https://api.perplexity.ai', keyVariable: 'PERPLEXITY_API_KEY' },
  together: { baseUrl: 'https://api.together.xyz/v1', keyVariable: 'TOGETHER_API_KEY' },
  vllm: { baseUrl: 'http://127.0.0.1:8000/v1', start: 'Is `vllm serve` running?' },
  xai: { baseUrl: 'https://api.x.ai/v1', keyVariable: 'XAI_API_KEY' },
} as const satisfies Providers;

/** A model's name, and where that model answers. */
export interface ResolvedModel {
  readonly provider: string;
  /** Without the prefix. */
  readonly model: string;
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  /** Set when the server there needs a key: the variable that it comes from. */
  readonly keyVariable: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * `groq:llama-3.3-70b` as a model of that provider. A name whose prefix isn't in the table stays whole, colons and
 * all, and is OpenAI's, or whoever `OPENAI_BASE_URL` names.
 * @param providers further ones; they win over those that are known
 * @throws ChainError `invalid_argument` for a prefix without a name behind it
 */
export function resolveModelName(
  name: string,
  providers: Providers = {},
  env: Environment = process.env,
): ResolvedModel {
  const table: Providers = { ...PROVIDERS, ...providers };
  const colon = name.indexOf(':');
  const prefix = name.slice(0, Math.max(colon, 0));
  const named = Object.hasOwn(table, prefix);
  const provider = named ? prefix : 'openai';
  const model = named ? name.slice(colon + 1) : name;
  if (model === '') {
    throw new ChainError('invalid_argument', `\`${name}\` names no model`, {
      ...(named && { hint: `A model of ${provider} is written ${provider}:NAME.` }),
    });
  }
  return { provider, model, ...whereabouts(table[provider]!, env) };
}

/** The provider at an address, by its host. */
export function providerAt(baseUrl: string, providers: Providers = {}): string | undefined {
  const host = hostOf(baseUrl);
  if (host === undefined) return undefined;
  return Object.entries({ ...PROVIDERS, ...providers }).find(
    ([, entry]) => hostOf(entry.baseUrl) === host,
  )?.[0];
}

/**
 * What must not be written down: the keys that the environment holds, of whichever provider and of a collector, and the
 * passwords and keys in the addresses of providers, proxies and collectors.
 */
export function keysIn(env: Environment, providers: Providers = {}): readonly string[] {
  const entries: Provider[] = Object.values({ ...PROVIDERS, ...providers });
  const read = (variable: string | undefined) => readVariable(env, variable) ?? [];
  const addresses = entries.flatMap((entry) => [
    entry.baseUrl,
    ...[entry.baseUrlVariable, entry.hostVariable].flatMap(read),
  ]);
  const proxies = [...PROXIES, ...PROXIES.map((name) => name.toLowerCase())].flatMap(read);
  return [
    ...new Set([
      ...entries.flatMap(({ keyVariable }) => read(keyVariable)),
      ...[...addresses, ...proxies].flatMap(secretsInUrl),
      ...otlpSecretsIn(env),
    ]),
  ];
}

const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'];

function whereabouts(
  entry: Provider,
  env: Environment,
): Pick<ResolvedModel, 'baseUrl' | 'apiKey' | 'keyVariable'> {
  const { baseUrlVariable, hostVariable, keyVariable } = entry;
  const apiKey = readVariable(env, keyVariable);
  const baseUrl = readVariable(env, baseUrlVariable);
  if (baseUrl !== undefined) return { baseUrl, apiKey, keyVariable: undefined };
  const host = readVariable(env, hostVariable);
  return { baseUrl: host === undefined ? entry.baseUrl : atHost(entry.baseUrl, host), apiKey, keyVariable };
}

/** An empty variable is one that isn't set. */
function readVariable(env: Environment, name: string | undefined): string | undefined {
  return (name !== undefined && env[name]?.trim()) || undefined;
}

/** The same address on another host. A server that listens on every interface is asked on this machine's own. */
function atHost(baseUrl: string, host: string): string {
  const known = new URL(baseUrl);
  const written = host.startsWith(':') ? `${known.hostname}${host}` : host;
  const hasScheme = written.includes('://');
  const text = hasScheme ? written : `${known.protocol}//${written}`;
  if (!URL.canParse(text)) return text;
  const url = new URL(text);
  if (!hasScheme && url.port === '' && !written.endsWith(':80')) url.port = known.port;
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') url.hostname = '127.0.0.1';
  return `${url.origin}${url.pathname.replace(/\/+$/, '') || known.pathname}`;
}

function hostOf(baseUrl: string): string | undefined {
  if (!URL.canParse(baseUrl)) return undefined;
  return new URL(baseUrl).host.replace(/^(localhost|\[::1\])(?=:|$)/, '127.0.0.1');
}
