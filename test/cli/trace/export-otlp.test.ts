import { beforeEach, expect, it } from 'vitest';
import { deadEndpoint, receiveOtlp } from '../../support/otlp-receiver.js';
import { makeWorkspace, type Workspace } from '../../support/run-cli.js';
import { BEGIN, chainLines } from '../../trace/trace-lines.js';

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
});

const env = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };
const send = (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
  here.run(['trace', 'export', ...args], { env: { ...env, ...more } });

it('sends kept runs as spans, at the times that they had, and measures nothing', async () => {
  const receiver = await receiveOtlp();
  here.write(
    'run.jsonl',
    `${chainLines('1a', 'Roses.', { cost: 0.002 })}GET / 200\n${chainLines('1b', 'Lilies.', { at: 5000 })}`,
  );
  expect(await send(['run.jsonl', '--otlp', receiver.url])).toEqual({
    code: 0,
    stdout: '',
    stderr: 'note: 1 line of other programs (line 8) passed over\n2 runs sent\n',
  });
  expect(receiver.spans.map(({ name, start, end }) => [name, start - BEGIN, end - BEGIN])).toEqual(
    expect.arrayContaining([
      ['invoke_workflow LLMChain', 0, 400],
      ['chat gpt-5-mini', 0, 400],
      ['invoke_workflow LLMChain', 5000, 5400],
      ['chat gpt-5-mini', 5000, 5400],
    ]),
  );
  const [chain, model] = ['invoke_workflow LLMChain', 'chat gpt-5-mini'].map(
    (name) => receiver.spans.find((span) => span.name === name)!,
  );
  expect([model!.traceId, model!.parentSpanId]).toEqual([chain!.traceId, chain!.spanId]);
  expect(model!.attributes).toMatchObject({
    'gen_ai.usage.input_tokens': 12,
    'gen_ai.usage.output_tokens': 5,
  });
  expect(receiver.histograms).toEqual([]);
});

it('sends the same spans when it is asked again, and those of one run where that is named', async () => {
  const receiver = await receiveOtlp();
  here.write('run.jsonl', chainLines('1a', 'Roses.') + chainLines('1b', 'Lilies.'));
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
  for (const name of ['1a', '1a']) {
    const { code, stderr } = await send(['run.jsonl', name, '--otlp'], endpoint);
    expect([code, stderr]).toEqual([0, '1 run sent\n']);
  }
  expect(receiver.spans).toHaveLength(4);
  expect(new Set(receiver.spans.map(({ spanId }) => spanId)).size).toBe(2);
});

it('sends what a run has, and that it did not end', async () => {
  const receiver = await receiveOtlp();
  here.write('run.jsonl', `${chainLines('1a', 'Roses.').split('\n').slice(0, 4).join('\n')}\n`);
  expect((await send(['run.jsonl', '--otlp', receiver.url])).code).toBe(0);
  expect(receiver.spans.map(({ name, status }) => [name, status.code]).sort()).toEqual([
    ['chat gpt-5-mini', 2],
    ['invoke_workflow LLMChain', 2],
  ]);
});

it('sends nothing of what was said, unless that is asked for', async () => {
  const receiver = await receiveOtlp();
  here.write('run.jsonl', chainLines('1a', 'Roses.'));
  await send(['run.jsonl', '--otlp', receiver.url]);
  expect(JSON.stringify(receiver.spans)).not.toContain('Roses');
  await send(['run.jsonl', '--otlp', receiver.url], {
    OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'SPAN_ONLY',
  });
  expect(JSON.stringify(receiver.spans)).toContain('Roses');
});

it('sends more runs than the SDK keeps waiting', async () => {
  const receiver = await receiveOtlp();
  const runs = Array.from({ length: 1100 }, (_, at) => chainLines(`${at}`.padStart(6, '0'), 'x', { at }));
  here.write('run.jsonl', runs.join(''));
  expect((await send(['run.jsonl', '--otlp', receiver.url])).stderr).toBe('1100 runs sent\n');
  expect(receiver.spans).toHaveLength(2200);
});

it('fails where nothing takes them', async () => {
  const url = await deadEndpoint();
  here.write('run.jsonl', chainLines('1a', 'Roses.'));
  // It tries again for as long.
  const timeout = { OTEL_EXPORTER_OTLP_TIMEOUT: '300' };
  expect(await send(['run.jsonl', '--otlp', url], timeout)).toEqual({
    code: 1,
    stdout: '',
    stderr: `chain: traces could not be delivered to ${new URL(url).host}: connection refused\n`,
  });
});

it.each([
  [
    ['run.jsonl', '--otlp', 'localhost:4318'],
    {},
    '--otlp takes a URL, such as http://127.0.0.1:4318\n       Without one, OTEL_EXPORTER_OTLP_ENDPOINT says where spans go.',
  ],
  [['run.jsonl', '--otlp'], { OTEL_SDK_DISABLED: 'true' }, 'OTEL_SDK_DISABLED is set: nothing would be sent'],
  [
    ['run.jsonl', '--otlp'],
    { OTEL_TRACES_EXPORTER: 'none' },
    'the environment says that no spans are sent\n       Look at OTEL_TRACES_EXPORTER, and at OTEL_EXPORTER_OTLP_METRICS_ENDPOINT, which is of metrics alone.',
  ],
  [
    ['run.jsonl', '--otlp'],
    { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://127.0.0.1:9/v1/metrics' },
    'the environment says that no spans are sent\n       Look at OTEL_TRACES_EXPORTER, and at OTEL_EXPORTER_OTLP_METRICS_ENDPOINT, which is of metrics alone.',
  ],
  [
    ['run.jsonl', '--otlp'],
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318' },
    'OTEL_EXPORTER_OTLP_ENDPOINT is not the URL of an HTTP server\n       It looks like http://localhost:4318.',
  ],
  [
    ['run.jsonl', '--otlp', '--format', 'csv'],
    {},
    "option '--format <format>' cannot be used with option '--otlp [url]'",
  ],
  [['gone.jsonl', '--otlp'], {}, 'gone.jsonl: no such file'],
  [
    ['empty.jsonl', '--otlp'],
    {},
    'empty.jsonl: no run is in it\n       A trace is JSON lines: chain run … --log run.jsonl, or --log-format jsonl for another name',
  ],
])('refuses %j with %j', async (args, more, why) => {
  here.write('run.jsonl', chainLines('1a', 'Roses.'));
  here.write('empty.jsonl', '');
  expect(await send(args, more)).toEqual({ code: 2, stdout: '', stderr: `chain: ${why}\n` });
});

it('is stopped soon where the receiver never answers', async () => {
  const receiver = await receiveOtlp(() => {});
  here.write('run.jsonl', chainLines('1a', 'Roses.'));
  const sending = here.start(['trace', 'export', 'run.jsonl', '--otlp', receiver.url], { env });
  await receiver.came('/v1/traces');
  const before = performance.now();
  sending.child.kill('SIGINT');
  const { code } = await sending.done;
  expect(code).toBe(130);
  expect(performance.now() - before).toBeLessThan(5000);
});
