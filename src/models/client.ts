import { OpenAI } from 'openai/client';
import { ChainError } from '../errors.js';
import { maskSecrets } from '../safety/mask.js';
import { secretsInUrl } from '../safety/url-secrets.js';
import { cleanLine, type RequestFailure, type Speaker, statusFailure } from './failure.js';
import { modelsHint } from './model-names.js';
import { send, type TransportOptions, type TransportRequest, type TransportResponse } from './transport.js';

export interface ClientOptions extends TransportOptions {
  readonly baseUrl: string;
  /** None: no key is sent. */
  readonly apiKey: string | undefined;
  readonly keyVariable: string | undefined;
  readonly organization: string | undefined;
  readonly project: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The openai package's client on our transport, its raw responses, and its failures in our words. It never asks twice
 * by itself, prints nothing, and reads none of the package's own environment variables.
 */
export class Client extends OpenAI {
  readonly #speaker: Speaker;
  readonly #options: TransportOptions;
  /** In small letters. */
  readonly #ownHeaders: ReadonlySet<string>;
  readonly #urls = new Map<string, URL>();

  /** @throws ChainError `invalid_argument` for a base URL that is none, or a key that no header can carry */
  constructor(options: ClientOptions) {
    const { apiKey, headers } = options;
    const { host, searchParams } = parseBaseUrl(options.baseUrl);
    const query = Object.fromEntries(searchParams);
    const speaker: Speaker = {
      host,
      secrets: [
        ...(apiKey === undefined ? [] : [apiKey]),
        ...secretsIn(headers),
        ...secretsInUrl(options.baseUrl),
      ],
      keyVariable: options.keyVariable,
    };
    if (apiKey !== undefined && /[^\x21-\x7e]/.test(apiKey)) {
      throw new ChainError('authentication', 'the API key holds a character that no key has', {
        hint: `Look at ${options.keyVariable ?? 'it'} again: there may be a space or a line break in it.`,
      });
    }
    super({
      apiKey: apiKey ?? 'none',
      adminAPIKey: null,
      baseURL: options.baseUrl.replace(/[?#].*$/s, '').replace(/\/+$/, ''),
      defaultQuery: query,
      organization: options.organization ?? null,
      project: options.project ?? null,
      maxRetries: 0,
      timeout: options.timeoutMs,
      logLevel: 'off',
    });
    this.#speaker = speaker;
    this.#options = options;
    // Assigned, so that the package's own OPENAI_CUSTOM_HEADERS can't send one provider's key to another.
    this._options.defaultHeaders = {
      'user-agent': 'promptchain',
      ...(apiKey === undefined && { authorization: null }),
      ...headers,
    };
    const own = ['authorization', 'content-type', 'user-agent', ...Object.keys(headers)];
    this.#ownHeaders = new Set(own.map((name) => name.toLowerCase()));
  }

  get speaker(): Speaker {
    return this.#speaker;
  }

  /**
   * The response, once its head is there, whatever its body may be.
   * @param body JSON. As text, since a header then says so: for an object the package loads Node's own `FormData`
   * @param headers of this request; the client's own win over them
   * @throws RequestFailure for an error status or a failed connection; ChainError `aborted`
   */
  async ask(
    path: string,
    body: string,
    model: string,
    signal: AbortSignal | undefined,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<TransportResponse> {
    const others = Object.entries(headers).filter(([name]) => !this.#ownHeaders.has(name.toLowerCase()));
    const all = { ...Object.fromEntries(others), 'content-type': 'application/json' };
    try {
      return await this.#raw(this.post(path, { body, headers: all, signal }));
    } catch (error) {
      const failure = this.#explain(error);
      if ((failure as RequestFailure).status !== 404) throw failure;
      throw await this.#withModels(failure as RequestFailure, model, signal);
    }
  }

  /**
   * The package's own makes a controller, a timer and a listener for each request, and never takes the listener off the
   * request's signal; the transport watches signal and time.
   */
  override async fetchWithTimeout(url: unknown, init: unknown): Promise<Response> {
    try {
      return (await send(
        this.#url(url as string),
        init as TransportRequest,
        this.#options,
      )) as unknown as Response;
    } catch (error) {
      throw new TransportError(error instanceof ChainError ? error : unsendable((error as Error).message));
    }
  }

  /** Few are asked for. */
  #url(url: string): URL {
    let known = this.#urls.get(url);
    if (known === undefined) this.#urls.set(url, (known = new URL(url)));
    return known;
  }

  protected override makeStatusError(
    status: number,
    error: unknown,
    text: string | undefined,
    headers: { get(name: string): string | null },
  ): never {
    throw statusFailure(this.#speaker, status, error ?? text, headers);
  }

  async #raw(answer: { asResponse(): Promise<unknown> }): Promise<TransportResponse> {
    return (await answer.asResponse()) as TransportResponse;
  }

  async #withModels(
    failure: RequestFailure,
    model: string,
    signal: AbortSignal | undefined,
  ): Promise<RequestFailure> {
    const timeUp = AbortSignal.timeout(MODELS_TIMEOUT_MS);
    const soon = signal === undefined ? timeUp : AbortSignal.any([signal, timeUp]);
    try {
      const response = await this.#raw(this.get('/models', { signal: soon }));
      return failure.withHint(modelsHint(model, JSON.parse(await response.text())));
    } catch {
      return failure.withHint(
        'Is the base URL right? It is what stands before /chat/completions, often ending in /v1.',
      );
    }
  }

  #explain(error: unknown): ChainError {
    const cause = (error as { cause?: unknown }).cause;
    if (cause instanceof TransportError) return cause.failure;
    if (error instanceof ChainError) return error;
    if (error instanceof OpenAI.APIUserAbortError)
      return new ChainError('aborted', 'the request was aborted');
    const message = error instanceof Error ? error.message : String(error);
    return unsendable(maskSecrets(message, this.#speaker.secrets));
  }
}

/** Carries a failure through the package, which puts its own in place of any that mentions a timeout. */
class TransportError extends Error {
  readonly failure: ChainError;

  constructor(failure: ChainError) {
    super('no response');
    this.failure = failure;
  }
}

const MODELS_TIMEOUT_MS = 3000;

/** Such as a header that holds what no header can. */
function unsendable(why: string): ChainError {
  return new ChainError('invalid_argument', `the request can't be sent: ${cleanLine(why)}`);
}

function parseBaseUrl(baseUrl: string): URL {
  // `localhost:8080` would be a URL whose protocol is `localhost:`.
  const lacksProtocol = /^[\w.-]+:\d+(?![^/?#])/.test(baseUrl);
  if (lacksProtocol || !URL.canParse(baseUrl)) {
    const shown = maskSecrets(baseUrl);
    throw new ChainError('invalid_argument', `the base URL isn't a URL: ${shown}`, {
      hint: lacksProtocol ? `Did you mean http://${shown}?` : 'It looks like https://api.openai.com/v1.',
    });
  }
  return new URL(baseUrl);
}

function secretsIn(fields: Readonly<Record<string, string>>): string[] {
  return Object.entries(fields)
    .filter(([name]) => /auth|key|token|secret|cookie/i.test(name))
    .map(([, value]) => value.replace(/^(bearer|basic)\s+/i, ''));
}
