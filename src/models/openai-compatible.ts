import { ChainError } from '../errors.js';
import type { Client } from './client.js';
import { readCompletion } from './completion-stream.js';
import { Model, type ModelChunk, type ModelFields, type ModelRequest } from './model.js';
import { PROVIDERS, type Providers, providerAt, resolveModelName } from './providers.js';
import { type Adaptation, adaptBody, findAdaptation, type RequestBody } from './request-body.js';
import { withRetries } from './retry.js';

export interface OpenAICompatibleFields extends ModelFields {
  /** `gpt-5-mini`, or `provider:model` as in `groq:llama-3.3-70b-versatile`. */
  readonly model?: string | undefined;
  /** Otherwise the provider's variable: `OPENAI_API_KEY`, `GROQ_API_KEY`, … */
  readonly apiKey?: string | undefined;
  /** What stands before `/chat/completions`. Otherwise `OPENAI_BASE_URL`, or the provider's own. */
  readonly baseUrl?: string | undefined;
  /** Otherwise, where the provider is OpenAI, `OPENAI_ORG_ID`. */
  readonly organization?: string | undefined;
  /** Otherwise, where the provider is OpenAI, `OPENAI_PROJECT_ID`. */
  readonly project?: string | undefined;
  /** Until the first byte, and between two reads, in milliseconds; 0 for no limit. Default 60,000. */
  readonly timeoutMs?: number | undefined;
  /** How often a request that failed before any text came is made again. Default 2. */
  readonly maxRetries?: number | undefined;
  /** Sent with each request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Who is asked, for events and prices; the model's name then has no prefix. */
  readonly provider?: string | undefined;
  /** Further providers by prefix, besides those known. */
  readonly providers?: Providers | undefined;
}

/** What all models on OpenAI's protocol have in common. */
export abstract class OpenAICompatible extends Model {
  readonly model: string;
  readonly provider: string;
  readonly #baseUrl: string;
  /** Where requests go, after the base URL. */
  protected abstract readonly path: string;
  readonly #fields: OpenAICompatibleFields;
  readonly #table: Providers;
  readonly #apiKey: string | undefined;
  /** Set when a request without a key is no use: the variable it comes from. */
  readonly #keyVariable: string | undefined;
  /** The variable that the key is from. */
  readonly #keySource: string | undefined;
  readonly #maxRetries: number;
  /** What this server was found to want; kept, so that it is found once. */
  readonly #adaptations: Adaptation[] = [];
  #client: Promise<Client> | undefined;

  constructor(fields: OpenAICompatibleFields, defaultModel: string) {
    super(fields);
    const { provider, providers, model = defaultModel } = fields;
    this.#table = { ...PROVIDERS, ...providers };
    const prefix = provider !== undefined && Object.hasOwn(this.#table, provider) ? provider : 'openai';
    const resolved = resolveModelName(provider === undefined ? model : `${prefix}:${model}`, providers);
    this.#fields = fields;
    this.model = resolved.model;
    this.#baseUrl = fields.baseUrl ?? resolved.baseUrl;
    const known = resolved.provider === 'openai' ? providerAt(this.baseUrl, providers) : undefined;
    this.provider = provider ?? known ?? resolved.provider;
    const given = fields.apiKey?.trim() || undefined;
    this.#apiKey = given ?? resolved.apiKey;
    this.#keySource = given === undefined ? this.#table[resolved.provider]?.keyVariable : undefined;
    this.#keyVariable = fields.baseUrl === undefined ? resolved.keyVariable : undefined;
    this.#maxRetries = fields.maxRetries ?? 2;
  }

  protected override get baseUrl(): string {
    return this.#baseUrl;
  }

  /** The body of a request; JSON once it is sent. */
  protected abstract body(request: ModelRequest): RequestBody;

  protected async *answer(request: ModelRequest): AsyncGenerator<readonly ModelChunk[], void, void> {
    let body = this.#adaptations.reduce(adaptBody, this.body(request));
    const client = await this.#connect();
    const made: Adaptation[] = [];
    const batches = withRetries(() => this.#ask(client, body, request), {
      maxRetries: this.#maxRetries,
      signal: request.signal,
      onRetry: (retry) => request.onRetry(retry),
      counts: (chunks) => chunks.some(isSubstantial),
      adapt: ({ status, detail }) => {
        if (status !== 400 && status !== 422) return undefined;
        const found = findAdaptation(body, detail, made);
        if (found === undefined) return undefined;
        made.push(found);
        body = adaptBody(body, found);
        return `${client.speaker.host} doesn't take ${found.field}: asked again ${found.instead === undefined ? 'without it' : `with ${found.instead}`}`;
      },
    });
    for await (const chunks of batches) {
      // It worked, so later requests begin with it.
      this.#adaptations.push(...made.splice(0));
      yield chunks;
    }
  }

  async *#ask(
    client: Client,
    body: RequestBody,
    { signal, headers = {} }: ModelRequest,
  ): AsyncGenerator<readonly ModelChunk[], void, void> {
    const response = await client.ask(this.path, JSON.stringify(body), this.model, signal, headers);
    yield* readCompletion(response, client.speaker);
  }

  /** @throws ChainError `no_model` when a key is needed and there is none */
  override assertCanAnswer(): void {
    if (this.#apiKey === undefined && this.#keyVariable !== undefined)
      throw this.#withoutKey(this.#keyVariable);
  }

  #connect(): Promise<Client> {
    this.assertCanAnswer();
    this.#client ??= this.#makeClient();
    return this.#client;
  }

  async #makeClient(): Promise<Client> {
    const { organization, project, headers = {}, timeoutMs = TIMEOUT_MS } = this.#fields;
    const isOpenAI = this.provider === 'openai';
    const { Client } = await import('./client.js');
    return new Client({
      baseUrl: this.baseUrl,
      apiKey: this.#apiKey,
      keyVariable: this.#keySource,
      organization: organization ?? (isOpenAI ? process.env.OPENAI_ORG_ID || undefined : undefined),
      project: project ?? (isOpenAI ? process.env.OPENAI_PROJECT_ID || undefined : undefined),
      headers,
      timeoutMs,
      start: this.#table[this.provider]?.start,
    });
  }

  #withoutKey(variable: string): ChainError {
    const local = this.provider === 'openai' ? ', OPENAI_BASE_URL for a server that needs none,' : '';
    return new ChainError('no_model', `${this.model} can't be asked: ${variable} is not set`, {
      hint: `Set ${variable}${local} or use a model on this machine, such as --model ollama:llama3.2.`,
    });
  }
}

const TIMEOUT_MS = 60_000;

/** After these another attempt would say a thing twice. */
function isSubstantial({ text, toolCalls, finishReason }: ModelChunk): boolean {
  return text !== undefined || toolCalls !== undefined || finishReason !== undefined;
}
