import { readdirSync, readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { DONE, delta, event, reply, serve, stream, text, USAGE } from '../models/loopback.js';
import { deadEndpoint, type OtlpReceiver, receiveOtlp } from '../support/otlp-receiver.js';
import { makeWorkspace, type Workspace } from '../support/run-cli.js';
import { echo } from './chat/replies.js';

const KEY = 'sk-test-0123456789abcdef';
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const RUN = ['run', 'hi.txt', '--var', 'name=Ann'];
const REPORTED = '9 in (5 cached) + 4 out (2 reasoning) = 13 tokens (reported)';

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
  here.write('hi.txt', 'Say hello to {name}.\n');
});

const answer = stream(
  text('Hello'),
  text(', Ann!'),
  event(delta({}, 'stop')) + event({ choices: [], usage: USAGE }) + DONE,
);

/** The environment in which a server is OpenAI's, and spans are sent as JSON. */
function at({ baseUrl }: { readonly baseUrl: string }, more: Readonly<Record<string, string>> = {}) {
  return {
    env: {
      OPENAI_BASE_URL: baseUrl,
      OPENAI_API_KEY: KEY,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      ...more,
    },
  };
}

function spanOf({ spans }: OtlpReceiver, name: string) {
  const found = spans.filter((span) => span.name === name);
  expect(found, `${name} among ${spans.map((span) => span.name).join(', ')}`).toHaveLength(1);
  return found[0]!;
}

describe('chain run --otlp', () => {
  it('sends the run as spans and measurements', async () => {
    const [server, receiver] = await Promise.all([serve(answer), receiveOtlp()]);
    const outcome = await here.run([...RUN, '--otlp', receiver.url, '--temperature', '0'], at(server));
    expect(outcome).toEqual({
      code: 0,
      stdout: 'Hello, Ann!\n',
      stderr: `gpt-5-mini-2025-08-07 · ${REPORTED} · no price · first token N ms · N ms\n`,
    });
    expect(receiver.spans).toHaveLength(2);
    const chain = spanOf(receiver, 'invoke_workflow LLMChain');
    const model = spanOf(receiver, 'chat gpt-5-mini');
    expect(chain.attributes).toEqual({
      'gen_ai.operation.name': 'invoke_workflow',
      'gen_ai.workflow.name': 'LLMChain',
      'promptchain.run.id': expect.any(String),
      'promptchain.metadata.template': 'hi.txt',
    });
    expect(model.attributes).toEqual({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-5-mini',
      'gen_ai.request.temperature': 0,
      'gen_ai.request.stream': true,
      'gen_ai.response.model': 'gpt-5-mini-2025-08-07',
      'gen_ai.response.id': 'chatcmpl-1',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.response.time_to_first_chunk': expect.any(Number),
      'gen_ai.usage.input_tokens': 9,
      'gen_ai.usage.output_tokens': 4,
      'gen_ai.usage.cache_read.input_tokens': 5,
      'gen_ai.usage.reasoning.output_tokens': 2,
      'promptchain.usage.source': 'reported',
      'promptchain.run.id': expect.any(String),
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(server.baseUrl).port),
    });
    expect(model.kind).toBe('client');
    expect(model.parentSpanId).toBe(chain.spanId);
    expect(chain.resource['service.name']).toBe('chain');
    expect(
      receiver.histograms.map(({ name, count, attributes }) => [
        name,
        count,
        attributes['gen_ai.token.type'],
        attributes['server.address'],
      ]),
    ).toEqual([
      ['gen_ai.client.operation.duration', 1, undefined, '127.0.0.1'],
      ['gen_ai.client.operation.time_to_first_chunk', 1, undefined, '127.0.0.1'],
      ['gen_ai.client.token.usage', 1, 'input', '127.0.0.1'],
      ['gen_ai.client.token.usage', 1, 'output', '127.0.0.1'],
    ]);
    const [asked] = server.received;
    expect(asked!.headers.traceparent).toBe(`00-${chain.traceId}-${model.spanId}-01`);
    expect(asked!.headers.tracestate).toBeUndefined();
  });

  it('has trace and log tell the same ids', async () => {
    const receiver = await receiveOtlp();
    const args = ['run', '--prompt', '1 + 1 =', '--otlp', receiver.url, '--log', 'run.jsonl'];
    await here.run(args, { env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' } });
    const ids = here.events('run.jsonl').map(({ runId }) => String(runId).replaceAll('-', ''));
    expect(receiver.spans.map(({ traceId }) => traceId)).toEqual([ids[0], ids[0]]);
    expect(receiver.spans.map(({ spanId }) => spanId).sort()).toEqual(
      [...new Set(ids)].map((id) => id.slice(16)).sort(),
    );
  });

  it('joins the parent that the environment names', async () => {
    const [server, receiver] = await Promise.all([serve(answer), receiveOtlp()]);
    await here.run([...RUN, '--otlp', receiver.url], at(server, { TRACEPARENT, TRACESTATE: 'vendor=x' }));
    const model = spanOf(receiver, 'chat gpt-5-mini');
    expect(spanOf(receiver, 'invoke_workflow LLMChain')).toMatchObject({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      parentSpanId: 'b7ad6b7169203331',
    });
    expect(server.received[0]!.headers).toMatchObject({
      traceparent: `00-0af7651916cd43dd8448eb211c80319c-${model.spanId}-01`,
      tracestate: 'vendor=x',
    });
  });

  it('sends what was said only where the variable asks for it', async () => {
    const [server, receiver, telling] = await Promise.all([serve(answer), receiveOtlp(), receiveOtlp()]);
    const said = ['Say hello to Ann.', 'Hello, Ann!'];
    await here.run([...RUN, '--otlp', receiver.url], at(server));
    await here.run(
      [...RUN, '--otlp', telling.url],
      at(server, { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'SPAN_AND_EVENT' }),
    );
    const sent = ({ requests }: OtlpReceiver) => requests.map(({ body }) => body.toString()).join('');
    for (const each of said) expect(sent(receiver)).not.toContain(each);
    for (const each of said) expect(sent(telling)).toContain(each);
    const { attributes } = spanOf(telling, 'chat gpt-5-mini');
    expect(attributes).toMatchObject({
      'gen_ai.input.messages': '[{"role":"user","parts":[{"type":"text","content":"Say hello to Ann."}]}]',
      'gen_ai.output.messages':
        '[{"role":"assistant","parts":[{"type":"text","content":"Hello, Ann!"}],"finish_reason":"stop"}]',
    });
  });

  it('tells what failed', async () => {
    const refused = reply(401, { error: { message: 'Incorrect API key provided', code: 'invalid_api_key' } });
    const [server, receiver] = await Promise.all([serve(refused), receiveOtlp()]);
    expect((await here.run([...RUN, '--otlp', receiver.url], at(server))).code).toBe(1);
    for (const name of ['invoke_workflow LLMChain', 'chat gpt-5-mini']) {
      const { attributes, status } = spanOf(receiver, name);
      expect(attributes['error.type']).toBe('authentication');
      expect(status.code).toBe(2);
      expect(status.message).toContain('Incorrect API key provided');
    }
  });

  it.each(['localhost:4318', 'ftp://a', ''])('takes no %j', async (url) => {
    expect(await here.perform([...RUN, '--otlp', url, '--model', 'offline'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'chain: --otlp takes a URL, such as http://127.0.0.1:4318\n',
    });
  });
});

describe('the environment', () => {
  const sum = ['run', '--prompt', '1 + 1 ='];

  it('switches it on', async () => {
    const receiver = await receiveOtlp();
    await here.run(sum, { env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url } });
    expect(receiver.requests.map(({ path }) => path).sort()).toEqual(['/v1/metrics', '/v1/traces']);
  });

  it('switches one signal on', async () => {
    const receiver = await receiveOtlp();
    await here.run(sum, { env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/in` } });
    expect(receiver.requests.map(({ path }) => path)).toEqual(['/in']);
  });

  it('switches it off', async () => {
    const receiver = await receiveOtlp();
    await here.run([...sum, '--otlp', receiver.url], { env: { OTEL_SDK_DISABLED: 'true' } });
    expect(receiver.requests).toEqual([]);
  });

  it('that can’t be used is one warning', async () => {
    const { code, stdout, stderr } = await here.run(sum, { env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'here' } });
    expect([code, stdout]).toEqual([0, '2\n']);
    expect(stderr.split('\n').slice(1)).toEqual([
      'warning: nothing is sent to OpenTelemetry: OTEL_EXPORTER_OTLP_ENDPOINT is not the URL of an HTTP server. It looks like http://localhost:4318.',
      '',
    ]);
  });
});

describe('a collector that is dead', () => {
  const sum = ['run', '--prompt', '1 + 1 ='];

  it('costs a run one warning', async () => {
    const url = await deadEndpoint();
    const warning = `traces and metrics could not be delivered to ${new URL(url).host}: connection refused`;
    const { code, stdout, stderr } = await here.run([...sum, '--otlp', url]);
    expect([code, stdout]).toEqual([0, '2\n']);
    expect(stderr.split('\n').slice(1)).toEqual([`warning: ${warning}`, '']);

    const document = await here.run([...sum, '--otlp', url, '--json']);
    expect(document).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(document.stdout).warnings).toEqual([warning]);
  });

  it('is not told of with --quiet, as no warning is', async () => {
    const quiet = await here.run([...sum, '--otlp', await deadEndpoint(), '--quiet']);
    expect(quiet).toEqual({ code: 0, stdout: '2\n', stderr: '' });
  });
});

describe.skipIf(process.platform === 'win32')('Ctrl-C', () => {
  /** Interrupts a run as soon as its answer has begun. */
  async function interrupt(receiver: OtlpReceiver) {
    const server = await serve((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(text('Hel'));
    });
    const running = here.start([...RUN, '--otlp', receiver.url], at(server));
    await running.sees('Hel');
    running.child.kill('SIGINT');
    return running.done;
  }

  it('still sends the run, as aborted', async () => {
    const receiver = await receiveOtlp();
    expect((await interrupt(receiver)).code).toBe(130);
    for (const name of ['invoke_workflow LLMChain', 'chat gpt-5-mini'])
      expect(spanOf(receiver, name).attributes['error.type']).toBe('aborted');
  });

  it('ends also where the collector never answers', async () => {
    const receiver = await receiveOtlp(() => {});
    const { code, stderr } = await interrupt(receiver);
    expect(code).toBe(130);
    expect(stderr).toContain(
      `warning: traces and metrics could not be delivered to ${receiver.host}: no answer in time\n`,
    );
  });
});

describe('other commands', () => {
  it('chain chat tells the turns of a conversation', async () => {
    const [server, receiver] = await Promise.all([serve(echo), receiveOtlp()]);
    const outcome = await here.run(['chat', '--quiet', '--otlp', receiver.url], {
      ...at(server, { TRACEPARENT }),
      stdin: 'one\ntwo\n',
    });
    expect(outcome).toEqual({ code: 0, stdout: 'You said: one\nYou said: two\n', stderr: '' });
    const models = receiver.spans.filter(({ kind }) => kind === 'client');
    const conversation = models[0]!.attributes['gen_ai.conversation.id'];
    expect(conversation).toMatch(/^[0-9a-f-]{36}$/);
    expect(
      models.map(({ attributes }) => [
        attributes['gen_ai.conversation.id'],
        attributes['promptchain.metadata.turn'],
      ]),
    ).toEqual([
      [conversation, 1],
      [conversation, 2],
    ]);
    expect(new Set(receiver.spans.map(({ traceId }) => traceId))).toEqual(
      new Set(['0af7651916cd43dd8448eb211c80319c']),
    );
  });

  it('chain chat sends while it goes on', async () => {
    const [server, receiver] = await Promise.all([serve(echo), receiveOtlp()]);
    const running = here.start(['chat', '--quiet', '--otlp', receiver.url], {
      ...at(server, { OTEL_BSP_SCHEDULE_DELAY: '1' }),
      stdin: 'open',
    });
    running.child.stdin.write('one\n');
    await receiver.came('/v1/traces');
    running.child.stdin.end();
    expect((await running.done).code).toBe(0);
  });

  it('chain chat warns of a dead collector once, after the turn in which it was found', async () => {
    const [server, url] = [await serve(echo), await deadEndpoint()];
    const { stderr } = await here.run(['chat', '--otlp', url], { ...at(server), stdin: 'one\ntwo\n' });
    expect(stderr.split('\n').filter((line) => line.startsWith('warning'))).toEqual([
      `warning: traces and metrics could not be delivered to ${new URL(url).host}: connection refused`,
    ]);
  });

  it('chain memory is a tree, too', async () => {
    const receiver = await receiveOtlp();
    here.write('talk.yaml', 'turns:\n  - { user: Hello., assistant: Hi! }\n');
    const { code } = await here.run(
      ['memory', 'talk.yaml', '--memory', 'buffer', '--model', 'offline', '--otlp', receiver.url],
      { env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' } },
    );
    expect(code).toBe(0);
    expect(receiver.spans.filter(({ parentSpanId }) => parentSpanId === '').map(({ name }) => name)).toEqual([
      'invoke_workflow MemoryMeasurer',
    ]);
  });
});

it('sends no key, wherever one stands', async () => {
  const other = 'sk-canary-9876543210';
  const refused = reply(400, { error: { message: `bad key ${KEY} and ${other}`, code: 'bad' } });
  const answered = stream(
    text(`Your key is ${KEY}, ${other}.`, 'stop'),
    event({ choices: [], usage: USAGE }),
    DONE,
  );
  here.write('keys.txt', `---\nmodel: ${other}\n---\nSay {name} and ${KEY}.\n`);
  for (const [replies, protocol] of [
    [answered, 'http/json'],
    [refused, 'http/protobuf'],
  ] as const) {
    const [server, receiver] = await Promise.all([serve(replies), receiveOtlp()]);
    const { stderr } = await here.run(['run', 'keys.txt', '--var', `name=${other}`, '--otlp', receiver.url], {
      ...at(server, {
        OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'SPAN_ONLY',
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      }),
    });
    const sent = receiver.requests.map(({ body }) => body.toString('latin1')).join('');
    expect(receiver.requests.map(({ path }) => path).sort()).toEqual(['/v1/metrics', '/v1/traces']);
    expect(sent).toContain('gen_ai.input.messages');
    for (const key of [KEY, other]) expect(sent + stderr).not.toContain(key);
  }
});

it('loads the SDK only where something is sent', async () => {
  const receiver = await receiveOtlp();
  const sum = ['run', '--prompt', '1 + 1 ='];
  /** Node writes down which files a process has loaded. */
  const loaded = async (name: string, ...args: string[]) => {
    const folder = here.path(name);
    await here.run([...sum, ...args], { env: { NODE_V8_COVERAGE: folder } });
    const reports = readdirSync(folder).map((file) => JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')));
    const urls: string[] = reports.flatMap(({ result }) => result.map(({ url }: { url: string }) => url));
    return urls.flatMap((url) => /\/(otel|sdk|metrics|program)-[^/]*$/.exec(url)?.[1] ?? []);
  };
  expect(await loaded('without')).toEqual([]);
  expect(await loaded('with', '--otlp', receiver.url)).toContain('sdk');
});
