import { describe, expect, it } from 'vitest';
import {
  capturesContent,
  isHttpUrl,
  isSdkDisabled,
  namesOtlpEndpoint,
  otlpSecretsIn,
  otlpTarget,
  propagatesTraceContext,
} from '../../../src/callbacks/otel/environment.js';

type Env = Record<string, string>;

const BOTH = ['http/protobuf', 'http/json'];

describe('otlpTarget', () => {
  it.each<{ what: string; env: Env; endpoint?: string; traces: string | null; metrics: string | null }>([
    {
      what: 'nothing: the default',
      env: {},
      traces: 'http://localhost:4318/v1/traces',
      metrics: 'http://localhost:4318/v1/metrics',
    },
    {
      what: 'an endpoint for both',
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector:4318' },
      traces: 'https://collector:4318/v1/traces',
      metrics: 'https://collector:4318/v1/metrics',
    },
    {
      what: 'an endpoint with a path and a query',
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c/otlp/?tenant=1' },
      traces: 'http://c/otlp/v1/traces?tenant=1',
      metrics: 'http://c/otlp/v1/metrics?tenant=1',
    },
    {
      what: 'a signal of its own, which is the whole address',
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318',
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://t:1/in',
      },
      traces: 'http://t:1/in',
      metrics: 'http://c:4318/v1/metrics',
    },
    {
      what: 'one signal alone',
      env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://t:1' },
      traces: 'http://t:1/',
      metrics: null,
    },
    {
      what: 'the other alone',
      env: { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://m:1/x' },
      traces: null,
      metrics: 'http://m:1/x',
    },
    {
      what: 'a given one over all of them',
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://t' },
      endpoint: 'http://given:4318/',
      traces: 'http://given:4318/v1/traces',
      metrics: 'http://given:4318/v1/metrics',
    },
    {
      what: 'exporters that are switched off',
      env: { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: ' None ' },
      endpoint: 'http://given',
      traces: null,
      metrics: null,
    },
    {
      what: 'other exporters',
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_METRICS_EXPORTER: 'prometheus' },
      traces: 'http://c/v1/traces',
      metrics: null,
    },
    {
      what: 'other exporters besides, and a given address',
      env: { OTEL_TRACES_EXPORTER: 'console,otlp', OTEL_METRICS_EXPORTER: 'prometheus' },
      endpoint: 'http://given',
      traces: 'http://given/v1/traces',
      metrics: 'http://given/v1/metrics',
    },
    {
      what: 'empty variables',
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: '', OTEL_TRACES_EXPORTER: ' ' },
      traces: 'http://localhost:4318/v1/traces',
      metrics: 'http://localhost:4318/v1/metrics',
    },
  ])('takes $what', ({ env, endpoint, traces, metrics }) => {
    expect(otlpTarget('traces', env, endpoint)?.url ?? null).toBe(traces);
    expect(otlpTarget('metrics', env, endpoint)?.url ?? null).toBe(metrics);
  });

  it.each<{ env: Env; endpoint?: string; traces: readonly string[] }>([
    { env: {}, traces: BOTH },
    { env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, traces: ['http/json'] },
    { env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' }, traces: ['http/protobuf'] },
    {
      env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf' },
      traces: ['http/protobuf'],
    },
    { env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, endpoint: 'http://given', traces: BOTH },
  ])('speaks $traces for $env', ({ env, endpoint, traces }) => {
    expect(otlpTarget('traces', env, endpoint)?.protocols).toEqual(traces);
  });

  it.each<{ env: Env; message: string; hint: string }>([
    {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318' },
      message: 'OTEL_EXPORTER_OTLP_ENDPOINT is not the URL of an HTTP server',
      hint: 'It looks like http://localhost:4318.',
    },
    {
      env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'nowhere' },
      message: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is not the URL of an HTTP server',
      hint: 'It looks like http://localhost:4318.',
    },
    {
      env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      message: 'OTEL_EXPORTER_OTLP_PROTOCOL is grpc',
      hint: 'It can be http/protobuf or http/json.',
    },
  ])('refuses $env', ({ env, message, hint }) => {
    expect(() => otlpTarget('traces', env, undefined)).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message, hint }),
    );
  });
});

describe('the environment', () => {
  it.each([
    [{}, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c' }, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c' }, true],
    [{ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://c' }, true],
  ])('%j names an endpoint: %s', (env, named) => expect(namesOtlpEndpoint(env as Env)).toBe(named));

  it.each([
    [undefined, false],
    ['', false],
    ['NO_CONTENT', false],
    ['EVENT_ONLY', false],
    ['false', false],
    ['yes', false],
    ['SPAN_ONLY', true],
    ['span_and_event', true],
    ['true', true],
  ])('%s captures content: %s', (value, captured) =>
    expect(capturesContent({ OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: value })).toBe(captured),
  );

  it.each([
    [undefined, false],
    ['false', false],
    ['1', false],
    ['TRUE', true],
  ])('OTEL_SDK_DISABLED=%s disables: %s', (value, disabled) =>
    expect(isSdkDisabled({ OTEL_SDK_DISABLED: value })).toBe(disabled),
  );

  it.each([
    [undefined, true],
    ['tracecontext,baggage', true],
    ['b3', false],
    ['none', false],
  ])('OTEL_PROPAGATORS=%s passes trace context on: %s', (value, passed) =>
    expect(propagatesTraceContext({ OTEL_PROPAGATORS: value })).toBe(passed),
  );

  it.each([
    ['http://a', true],
    ['https://a:1/b', true],
    ['ftp://a', false],
    ['a:4318', false],
    ['', false],
  ])('%j is the URL of an HTTP server: %s', (text, is) => expect(isHttpUrl(text)).toBe(is));
});

describe('otlpSecretsIn', () => {
  it.each<[Env, string[]]>([
    [{}, []],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'x-key=abc%2Cdef, x-team = t1 ;p=1,broken' }, ['abc,def', 't1', '']],
    [{ OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'authorization=Bearer%20abc==' }, ['abc==']],
    [
      { OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'Authorization=Basic YW5uOmdlOmhlaW0=' },
      ['YW5uOmdlOmhlaW0=', 'ge:heim'],
    ],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'authorization=basic abc,x=100%' }, ['abc', '', '100%']],
    [
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: 'https://ann:geheim@c',
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://t/v1/traces?api_key=k1',
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'https://m',
      },
      ['geheim', 'geheim', 'k1', 'k1'],
    ],
  ])('%j', (env, secrets) => {
    expect(otlpSecretsIn(env)).toEqual(secrets);
  });
});
