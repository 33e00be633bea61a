import { ChainError, type ChainErrorCode } from '../errors.js';
import { cleanControls } from '../safety/clean.js';
import { maskSecrets } from '../safety/mask.js';

/** A request that wasn't answered, and whether it is worth making again. */
export class RequestFailure extends ChainError {
  readonly retryable: boolean;
  /** When the server wants to be asked again; `undefined` where it doesn't say. */
  readonly retryAfterMs: number | undefined;
  /** Of the HTTP response; `undefined` where there was none. */
  readonly status: number | undefined;
  /** Where the server named a parameter of the request, it is in here. */
  readonly detail: string;

  constructor(
    code: ChainErrorCode,
    message: string,
    options: {
      readonly cause?: unknown;
      readonly hint?: string | undefined;
      readonly retryable?: boolean;
      readonly retryAfterMs?: number | undefined;
      readonly status?: number | undefined;
      readonly detail?: string;
    } = {},
  ) {
    const { cause, hint } = options;
    super(code, message, { cause, ...(hint !== undefined && { hint }) });
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.status = options.status;
    this.detail = options.detail ?? '';
  }

  /** The same failure, with another hint where there is one. */
  withHint(hint: string | undefined): RequestFailure {
    const { code, message, cause, retryable, retryAfterMs, status, detail } = this;
    const kept = { cause, retryable, retryAfterMs, status, detail, hint: hint ?? this.hint };
    return new RequestFailure(code, message, kept);
  }
}

/** More than this is never waited for. */
export const LONGEST_WAIT_MS = 60_000;

/** What a failure's message may and may not say. */
export interface Speaker {
  /** Host and port. */
  readonly host: string;
  /** Never shown, even where the server repeats them. */
  readonly secrets: readonly string[];
  /** Where the key comes from. */
  readonly keyVariable?: string | undefined;
}

/** The failure that a response with an error status is. `body`: parsed where it was JSON. */
export function statusFailure(
  speaker: Speaker,
  status: number,
  body: unknown,
  headers: { get(name: string): string | null },
): RequestFailure {
  const said = serverMessage(body, speaker.secrets);
  const code = codeOf(status, body);
  const retryAfterMs = retryAfter(headers);
  const retryable = code !== 'insufficient_quota' && isRetryable(status, headers.get('x-should-retry'));
  const wait =
    retryable && retryAfterMs !== undefined && retryAfterMs > LONGEST_WAIT_MS ? comeBack(retryAfterMs) : '';
  const message = `${speaker.host} answered ${status}${said && `: ${said}`}${wait}`;
  const hint = hintFor(code, speaker);
  return new RequestFailure(code, message, {
    status,
    retryable,
    retryAfterMs,
    hint,
    detail: maskSecrets(namesIn(body), speaker.secrets),
  });
}

/** The failure that an error inside a stream is: its status was 200. `undefined`: an error that isn't there. */
export function streamFailure(speaker: Speaker, error: unknown): RequestFailure {
  const body = { error };
  const { code: given, status } = (error ?? {}) as { code?: unknown; status?: unknown };
  const number = [given, status].map(Number).find((value) => value >= 400 && value < 600);
  const code = codeOf(number ?? 500, body);
  const said = error === undefined ? '' : serverMessage(body, speaker.secrets);
  return new RequestFailure(code, `${speaker.host} answered with an error: ${said || 'it gave no reason'}`, {
    retryable: code !== 'insufficient_quota' && number !== undefined && isRetryable(number, null),
  });
}

/** The failure that an error of the connection is. `cause` comes from `node:http`, `node:tls` or a proxy agent. */
export function connectionFailure(place: string, cause: unknown, start?: string): RequestFailure {
  const { code = '', message = '' } = (cause ?? {}) as NodeJS.ErrnoException;
  const name = code || cleanLine(message) || 'no reason given';
  if (code === 'ENOTFOUND') {
    return new RequestFailure('connection_failed', `there is no host ${place} (ENOTFOUND)`, {
      cause,
      hint: NO_NETWORK,
    });
  }
  if (BAD_CERTIFICATE.test(code)) {
    return new RequestFailure('connection_failed', `the certificate of ${place} can't be trusted (${name})`, {
      cause,
      hint: 'A certificate of your own is trusted when NODE_EXTRA_CA_CERTS names its file.',
    });
  }
  if (/^(EPROTO|ERR_SSL|HPE_)/.test(code)) {
    return new RequestFailure('connection_failed', `${place} doesn't speak what its URL says (${name})`, {
      cause,
      hint: 'Should it begin with http:// where it begins with https://, or the other way round?',
    });
  }
  const refused = code === 'ECONNREFUSED';
  const away = ['EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH'].includes(code);
  const verb = refused ? 'nothing listens at' : 'no answer from';
  return new RequestFailure('connection_failed', `${verb} ${place} (${name})`, {
    cause,
    retryable: true,
    hint: refused ? start : away ? NO_NETWORK : undefined,
  });
}

const NO_NETWORK = 'Is there a network? The offline model answers without one.';

/** @param begun whether an answer had begun */
export function timeoutFailure(place: string, ms: number, begun: boolean): RequestFailure {
  const what = begun ? `nothing more came from ${place} for` : `no answer from ${place} within`;
  return new RequestFailure('timeout', `${what} ${ms / 1000} s`, { retryable: true });
}

/** What a server said, on one line. */
export function cleanLine(text: string, length = 300): string {
  const line = cleanControls(text.slice(0, 20 * length))
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}

const BAD_CERTIFICATE =
  /^(CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|PATH_LENGTH|HOSTNAME_MISMATCH|ERR_TLS_CERT)/;

const CODES: Readonly<Record<number, ChainErrorCode>> = {
  401: 'authentication',
  402: 'insufficient_quota',
  403: 'permission_denied',
  404: 'not_found',
  408: 'timeout',
  429: 'rate_limited',
  503: 'overloaded',
  529: 'overloaded',
};

function codeOf(status: number, body: unknown): ChainErrorCode {
  const { code, type } = errorOf(body) as { code?: unknown; type?: unknown };
  if ([code, type].some((name) => name === 'insufficient_quota' || name === 'billing_hard_limit_reached')) {
    return 'insufficient_quota';
  }
  if ([code, type].includes('overloaded_error')) return 'overloaded';
  return CODES[status] ?? (status >= 500 ? 'server_error' : 'bad_request');
}

function isRetryable(status: number, told: string | null): boolean {
  if (told === 'true' || told === 'false') return told === 'true';
  return status === 408 || status === 409 || status === 429 || status >= 500;
}

/** In milliseconds: `retry-after-ms`, or `retry-after` as seconds or as a date. */
function retryAfter(headers: { get(name: string): string | null }): number | undefined {
  const ms = Number.parseFloat(headers.get('retry-after-ms') ?? '');
  if (ms >= 0) return ms;
  const given = headers.get('retry-after')?.trim();
  if (!given) return undefined;
  if (/^(\d+\.?\d*|\.\d+)$/.test(given)) return Number.parseFloat(given) * 1000;
  // Without a letter it is no date, though `Date.parse` makes one of `-5`.
  const date = /[a-z]/i.test(given) ? Date.parse(given) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

function comeBack(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  const at = new Date(Date.now() + ms);
  const when = Number.isNaN(at.getTime()) ? '' : ` (${at.toISOString().slice(0, 19)}Z)`;
  return `; come back in ${seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`}${when}`;
}

function hintFor(code: ChainErrorCode, { keyVariable }: Speaker): string | undefined {
  if (code === 'authentication') return `Is ${keyVariable ?? 'the API key'} the right one for this server?`;
  if (code === 'insufficient_quota')
    return 'The account is out of credit, or at its limit: asking again is no use.';
  return undefined;
}

/** The error object of a body, however it is wrapped. */
function errorOf(body: unknown): object {
  const first = Array.isArray(body) ? body[0] : body;
  if (typeof first !== 'object' || first === null) return {};
  const { error } = first as { error?: unknown };
  return typeof error === 'object' && error !== null ? error : first;
}

/** What a body says is wrong, on one line; all of it where it says nothing of that kind. */
export function serverMessage(body: unknown, secrets: readonly string[]): string {
  if (typeof body === 'string') {
    const title = /<title[^>]*>([^<]*)</i.exec(body)?.[1];
    return cleanLine(maskSecrets(title ?? body.replace(/<[^<>]*>/g, ' '), secrets));
  }
  if (body === undefined || body === null) return '';
  const error = errorOf(body) as { message?: unknown; error?: unknown; detail?: unknown };
  const said = [error.message, error.error, error.detail].find(
    (value) => value !== undefined && value !== null,
  );
  return cleanLine(maskSecrets(typeof said === 'string' ? said : JSON.stringify(said ?? body), secrets));
}

/** Message and parameter of an error; all of a body that has neither. */
function namesIn(body: unknown): string {
  if (typeof body === 'string') return body.slice(0, 10_000);
  const { message, param } = errorOf(body) as { message?: unknown; param?: unknown };
  if (typeof message === 'string') return `${message} ${typeof param === 'string' ? param : ''}`;
  return (JSON.stringify(body) ?? '').slice(0, 10_000);
}
