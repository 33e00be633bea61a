import { ChainError } from '../../errors.js';
import { decoded, secretsInUrl } from '../../safety/url-secrets.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** What OTLP carries of a run. */
export type Signal = 'traces' | 'metrics';

export type OtlpProtocol = 'http/protobuf' | 'http/json';

/** Where a signal goes, and how it is written. */
export interface OtlpTarget {
  readonly url: string;
  /** The address was given for all signals, and this one's path put behind it: there may be nothing. */
  readonly shared: boolean;
  /** The one that was chosen; else all that there are, to be tried in this order. */
  readonly protocols: readonly OtlpProtocol[];
}

/** Where nothing names an endpoint: the address that the specification gives. */
const DEFAULT_ENDPOINT = 'http://localhost:4318';

/** Whether the environment says where to send traces or metrics, and doesn't switch that off. */
export function namesOtlpEndpoint(env: Environment): boolean {
  const names = ['ENDPOINT', 'TRACES_ENDPOINT', 'METRICS_ENDPOINT'];
  return names.some((name) => variable(env, `OTEL_EXPORTER_OTLP_${name}`) !== undefined);
}

/**
 * What must not be written down of how a collector is reached: the values of the headers that it is sent, and the
 * passwords and keys in its addresses.
 */
export function otlpSecretsIn(env: Environment): readonly string[] {
  const values = (name: string) =>
    ['', 'TRACES_', 'METRICS_'].flatMap(
      (signal) => variable(env, `OTEL_EXPORTER_OTLP_${signal}${name}`) ?? [],
    );
  return [...values('HEADERS').flatMap(headerSecretsIn), ...values('ENDPOINT').flatMap(secretsInUrl)];
}

/** `name=value,name=value`, each in the encoding of URLs, as baggage is written. */
function headerSecretsIn(headers: string): string[] {
  return headers.split(',').flatMap((header) => {
    const [, value = ''] = /^[^=]*=([^;]*)/s.exec(header) ?? [];
    const [, scheme = '', secret = ''] = /^((?:basic|bearer)\s+)?(.*)$/is.exec(decoded(value).trim())!;
    if (!/basic/i.test(scheme)) return secret;
    const [, password = ''] = /^[^:]*:(.*)$/s.exec(Buffer.from(secret, 'base64').toString()) ?? [];
    return [secret, password];
  });
}

/** `OTEL_SDK_DISABLED=true`. */
export function isSdkDisabled(env: Environment): boolean {
  return variable(env, 'OTEL_SDK_DISABLED')?.toLowerCase() === 'true';
}

/**
 * Whether spans hold what was said. `SPAN_ONLY` and `SPAN_AND_EVENT` ask for that, and so does the older `true`;
 * `NO_CONTENT`, `EVENT_ONLY`, `false` and everything else don't.
 */
export function capturesContent(env: Environment): boolean {
  const value = variable(env, 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT');
  return ['SPAN_ONLY', 'SPAN_AND_EVENT', 'TRUE'].includes(value?.toUpperCase() ?? '');
}

/** Whether `OTEL_PROPAGATORS` leaves W3C trace context on, as it is by default. */
export function propagatesTraceContext(env: Environment): boolean {
  return listOf(env, 'OTEL_PROPAGATORS')?.includes('tracecontext') ?? true;
}

/** Whether this is the URL of an HTTP server. */
export function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/**
 * Where a signal goes, by the rules of the OpenTelemetry specification for its environment variables; `null` where it
 * isn't to be sent.
 * @param endpoint a base URL that wins over the environment's
 * @throws ChainError `invalid_argument` for an address or a protocol that can't be used, naming its variable
 */
export function otlpTarget(
  signal: Signal,
  env: Environment,
  endpoint: string | undefined,
): OtlpTarget | null {
  const name = signal.toUpperCase();
  const exporters = listOf(env, `OTEL_${name}_EXPORTER`);
  if (exporters?.includes('none')) return null;
  if (endpoint === undefined && exporters?.includes('otlp') === false) return null;

  const own = endpoint === undefined ? variable(env, `OTEL_EXPORTER_OTLP_${name}_ENDPOINT`) : undefined;
  const base = endpoint ?? variable(env, 'OTEL_EXPORTER_OTLP_ENDPOINT');
  // Only the other signal was given an address.
  if (own === undefined && base === undefined && namesOtlpEndpoint(env)) return null;
  const source = own === undefined ? 'OTEL_EXPORTER_OTLP_ENDPOINT' : `OTEL_EXPORTER_OTLP_${name}_ENDPOINT`;
  const url = parseEndpoint(own ?? base ?? DEFAULT_ENDPOINT, endpoint === undefined ? source : 'endpoint');
  if (own === undefined) url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/${signal}`;
  return {
    url: url.href,
    shared: own === undefined,
    protocols: protocolsOf(name, env, endpoint !== undefined),
  };
}

/** @param given the address was: then it speaks HTTP, whatever the environment says of another */
function protocolsOf(name: string, env: Environment, given: boolean): readonly OtlpProtocol[] {
  const names = [`OTEL_EXPORTER_OTLP_${name}_PROTOCOL`, 'OTEL_EXPORTER_OTLP_PROTOCOL'];
  const source = names.find((each) => variable(env, each) !== undefined);
  if (source === undefined) return PROTOCOLS;
  const chosen = PROTOCOLS.filter((protocol) => protocol === variable(env, source));
  if (chosen.length > 0) return chosen;
  if (given) return PROTOCOLS;
  throw new ChainError('invalid_argument', `${source} is ${variable(env, source)}`, {
    hint: `It can be ${PROTOCOLS.join(' or ')}.`,
  });
}

/** The specification's default comes first. */
const PROTOCOLS: readonly OtlpProtocol[] = ['http/protobuf', 'http/json'];

/** The text itself isn't repeated: there may be a password in it. */
function parseEndpoint(text: string, source: string): URL {
  if (isHttpUrl(text)) return new URL(text);
  throw new ChainError('invalid_argument', `${source} is not the URL of an HTTP server`, {
    hint: `It looks like ${DEFAULT_ENDPOINT}.`,
  });
}

/** An empty variable is the same as none. */
function variable(env: Environment, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}

function listOf(env: Environment, name: string): readonly string[] | undefined {
  return variable(env, name)
    ?.toLowerCase()
    .split(',')
    .map((item) => item.trim());
}
