import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterTest } from './teardown.js';

/** A span as a receiver reads it from JSON. */
export interface ReceivedSpan {
  readonly name: string;
  /** `internal` or `client`. */
  readonly kind: string;
  readonly traceId: string;
  readonly spanId: string;
  /** `''` where it has none. */
  readonly parentSpanId: string;
  /** In milliseconds. */
  readonly start: number;
  readonly end: number;
  readonly attributes: Attributes;
  readonly status: { readonly code: number; readonly message?: string };
  readonly events: readonly {
    readonly name: string;
    readonly time: number;
    readonly attributes: Attributes;
  }[];
  readonly traceState: string | undefined;
  readonly resource: Attributes;
  readonly scope: string;
}

/** One series of a histogram. */
export interface ReceivedHistogram {
  readonly name: string;
  readonly unit: string;
  readonly attributes: Attributes;
  readonly count: number;
  readonly sum: number;
  readonly bounds: readonly number[];
}

type Attributes = Readonly<Record<string, unknown>>;

/** A request as it came. */
export interface OtlpRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface OtlpReceiver {
  readonly url: string;
  readonly host: string;
  readonly requests: readonly OtlpRequest[];
  /** All that came as JSON, in the order in which spans were started. */
  readonly spans: readonly ReceivedSpan[];
  readonly histograms: readonly ReceivedHistogram[];
  /** Settles when so many requests to the path have come. */
  came(path: string, count?: number): Promise<void>;
}

/** What answers: by default with 200 and an empty document. */
export type OtlpReply = (response: ServerResponse, request: OtlpRequest) => void;

export const taken: OtlpReply = (response) =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end('{}');

/** A receiver of OTLP on a loopback port, for as long as the test runs. */
export async function receiveOtlp(reply: OtlpReply = taken): Promise<OtlpReceiver> {
  const requests: OtlpRequest[] = [];
  const waiting = new Set<() => void>();
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const raw = Buffer.concat(chunks);
    const body = incoming.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
    const request = { path: incoming.url ?? '', headers: incoming.headers, body };
    requests.push(request);
    for (const look of waiting) look();
    reply(response, request);
  });
  afterTest(() => close(server));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const documents = (signal: string) =>
    requests
      .filter(({ path, headers }) => path.endsWith(signal) && headers['content-type'] === 'application/json')
      .map(({ body }) => JSON.parse(body.toString()));
  return {
    url: `http://${host}`,
    host,
    requests,
    get spans() {
      return documents('/v1/traces')
        .flatMap(readSpans)
        .sort((a, b) => a.start - b.start);
    },
    get histograms() {
      return documents('/v1/metrics').flatMap(readHistograms);
    },
    came: (wanted, count = 1) =>
      new Promise((resolve) => {
        const look = () => {
          if (requests.filter(({ path }) => path === wanted).length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}

/** Where nothing listens. */
export async function deadEndpoint(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];

/** Documents as OTLP writes them in JSON, as far as they are looked at. */
interface TracesDocument {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly WrittenAttribute[] };
    readonly scopeSpans: readonly {
      readonly scope: { readonly name: string };
      readonly spans: readonly WrittenSpan[];
    }[];
  }[];
}

interface WrittenSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly WrittenAttribute[];
  readonly status: ReceivedSpan['status'];
  readonly events: readonly {
    readonly name: string;
    readonly timeUnixNano: string;
    readonly attributes: readonly WrittenAttribute[];
  }[];
  readonly traceState?: string;
}

interface MetricsDocument {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly {
      readonly metrics: readonly {
        readonly name: string;
        readonly unit: string;
        readonly histogram: {
          readonly dataPoints: readonly {
            readonly attributes: readonly WrittenAttribute[];
            readonly count: number;
            readonly sum: number;
            readonly explicitBounds: readonly number[];
          }[];
        };
      }[];
    }[];
  }[];
}

interface WrittenAttribute {
  readonly key: string;
  readonly value: WrittenValue;
}

interface WrittenValue {
  readonly arrayValue?: { readonly values: readonly WrittenValue[] };
  readonly stringValue?: string;
  readonly intValue?: number;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
}

function readSpans({ resourceSpans }: TracesDocument): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) =>
      spans.map((span) => ({
        name: span.name,
        kind: KINDS[span.kind]!,
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? '',
        start: toMs(span.startTimeUnixNano),
        end: toMs(span.endTimeUnixNano),
        attributes: readAttributes(span.attributes),
        status: span.status,
        events: span.events.map((event) => ({
          name: event.name,
          time: toMs(event.timeUnixNano),
          attributes: readAttributes(event.attributes),
        })),
        traceState: span.traceState,
        resource: readAttributes(resource.attributes),
        scope: scope.name,
      })),
    ),
  );
}

function readHistograms({ resourceMetrics }: MetricsDocument): ReceivedHistogram[] {
  return resourceMetrics.flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) =>
      metrics.flatMap(({ name, unit, histogram }) =>
        histogram.dataPoints.map((point) => ({
          name,
          unit,
          attributes: readAttributes(point.attributes),
          count: point.count,
          sum: point.sum,
          bounds: point.explicitBounds,
        })),
      ),
    ),
  );
}

function readAttributes(list: readonly WrittenAttribute[]): Attributes {
  return Object.fromEntries(list.map(({ key, value }) => [key, readValue(value)]));
}

function readValue(value: WrittenValue): unknown {
  if (value.arrayValue !== undefined) return value.arrayValue.values.map(readValue);
  return value.stringValue ?? value.intValue ?? value.doubleValue ?? value.boolValue;
}

/** Microseconds are kept. */
function toMs(nanoseconds: string): number {
  return Number(BigInt(nanoseconds) / 1000n) / 1000;
}

function close(server: Server): Promise<unknown> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
}
