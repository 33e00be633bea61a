import { ConsoleCallbackHandler } from '@langchain/core/tracers/console';
import { RunCollectorCallbackHandler } from '@langchain/core/tracers/run_collector';
import { LangChainTracer } from '@langchain/core/tracers/tracer_langchain';
import { CallbackHandler as LangfuseHandler } from '@langfuse/langchain';
import { LangfuseSpanProcessor } from '@langfuse/otel';
import { setLangfuseTracerProvider } from '@langfuse/tracing';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { LangChainCallbackHandler as PostHogHandler } from '@posthog/ai/langchain';
import { Client } from 'langsmith';
import { PostHog } from 'posthog-node';
import { describe, expect, it, vi } from 'vitest';
import { fromLangChain } from '../../../src/callbacks/langchain/from-langchain.js';
import { receiveOtlp } from '../../support/otlp-receiver.js';
import { afterTest } from '../../support/teardown.js';
import { type Foreign, PROGRAMS } from './programs.js';

type Program = keyof typeof PROGRAMS;

describe('@langchain/core’s console', () => {
  /** What it writes, its colours, times and JSON left out. */
  async function written(program: Program): Promise<readonly string[]> {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    try {
      await PROGRAMS[program]([fromLangChain(new ConsoleCallbackHandler())]);
      return log.mock.calls.map(([text]) => {
        const [line = ''] = String(text).split(/\n|\\n/);
        return line.replace(/\x1b\[\d+m/g, '').replace(/\[[\d.]+m?s\]/, '[MS]');
      });
    } finally {
      log.mockRestore();
    }
  }

  it.each<[Program, readonly string[]]>([
    [
      'chain',
      [
        '[chain/start] [1:chain:LLMChain] Entering Chain run with input: {',
        '[llm/start] [1:chain:LLMChain > 2:llm:ScriptedModel] Entering LLM run with input: {',
        '[llm/end] [1:chain:LLMChain > 2:llm:ScriptedModel] [MS] Exiting LLM run with output: {',
        '[chain/end] [1:chain:LLMChain] [MS] Exiting Chain run with output: {',
      ],
    ],
    [
      'agent',
      [
        '[chain/start] [1:chain:AgentChain] Entering Chain run with input: {',
        '[llm/start] [1:chain:AgentChain > 2:llm:ScriptedModel] Entering LLM run with input: {',
        '[llm/end] [1:chain:AgentChain > 2:llm:ScriptedModel] [MS] Exiting LLM run with output: {',
        '[agent/action] [1:chain:AgentChain] Agent selected action: {',
        '[tool/start] [1:chain:AgentChain > 3:tool:stock] Entering Tool run with input: "undefined"',
        '[tool/end] [1:chain:AgentChain > 3:tool:stock] [MS] Exiting Tool run with output: "{',
        '[llm/start] [1:chain:AgentChain > 4:llm:ScriptedModel] Entering LLM run with input: {',
        '[llm/end] [1:chain:AgentChain > 4:llm:ScriptedModel] [MS] Exiting LLM run with output: {',
        '[chain/end] [1:chain:AgentChain] [MS] Exiting Chain run with output: {',
      ],
    ],
    [
      'failure',
      [
        '[chain/start] [1:chain:LLMChain] Entering Chain run with input: {',
        '[llm/start] [1:chain:LLMChain > 2:llm:ScriptedModel] Entering LLM run with input: {',
        '[llm/error] [1:chain:LLMChain > 2:llm:ScriptedModel] [MS] LLM run errored with error: "out of ink',
        '[chain/error] [1:chain:LLMChain] [MS] Chain run errored with error: "out of ink',
      ],
    ],
  ])('shows a %s', async (program, lines) => {
    expect(await written(program)).toEqual(lines);
  });

  it('shows a stream as a chain', async () => {
    expect(await written('stream')).toEqual(await written('chain'));
  });
});

describe('@langchain/core’s collector', () => {
  async function collected(program: Program) {
    const collector = new RunCollectorCallbackHandler();
    await PROGRAMS[program]([fromLangChain(collector)]);
    expect(collector.tracedRuns).toHaveLength(1);
    const [run] = collector.tracedRuns;
    return { ...run!, child_runs: run!.child_runs! };
  }
  const outline = ({ name, run_type, events, child_runs }: Foreign): unknown => [
    `${run_type} ${name}: ${events.map((event: Foreign) => event.name).join(' ')}`,
    ...child_runs.map(outline),
  ];

  it.each<[Program, unknown]>([
    ['chain', ['chain LLMChain: start text end', ['llm ScriptedModel: start new_token new_token end']]],
    ['stream', ['chain LLMChain: start text end', ['llm ScriptedModel: start new_token new_token end']]],
    [
      'agent',
      [
        'chain AgentChain: start text agent_action agent_end end',
        ['llm ScriptedModel: start end'],
        ['tool stock: start end'],
        ['llm ScriptedModel: start new_token end'],
      ],
    ],
    ['failure', ['chain LLMChain: start text error', ['llm ScriptedModel: start new_token error']]],
  ])('has all of a %s', async (program, expected) => {
    expect(outline(await collected(program))).toEqual(expected);
  });

  it('has what went in and came out', async () => {
    const { inputs, outputs, tags, extra, child_runs } = await collected('chain');
    expect([inputs, outputs, tags, extra]).toEqual([
      { flower: 'roses' },
      { text: 'In May.' },
      ['shop'],
      { metadata: { till: 2 } },
    ]);
    expect(child_runs[0]!.inputs.messages[0][0].content).toBe('Where are the roses?');
    expect(child_runs[0]!.outputs!.generations[0][0].text).toBe('In May.');
    const [, tool] = (await collected('agent')).child_runs;
    expect([tool!.inputs, tool!.outputs!.output.content]).toEqual([{ flower: 'roses' }, '{"roses":40}']);
    expect((await collected('failure')).error).toMatch(/^out of ink\n/);
  });
});

describe('@langchain/core’s tracer sends to LangSmith', () => {
  /** The runs that a server in LangSmith's place was told of, with what came later. */
  async function traced(program: Program) {
    const receiver = await receiveOtlp();
    const client = new Client({ apiUrl: receiver.url, apiKey: 'none', autoBatchTracing: false });
    const handler = fromLangChain(new LangChainTracer({ client, projectName: 'flowers' }));
    await PROGRAMS[program]([handler]);
    await handler.close?.();
    const runs = new Map<string, Foreign>();
    for (const { path, body } of receiver.requests) {
      const sent = JSON.parse(body.toString());
      const id = sent.id ?? path.split('/').at(-1);
      runs.set(id, { ...runs.get(id), ...sent, id });
    }
    return [...runs.values()];
  }

  it('a chain', async () => {
    const [chain, model, ...others] = await traced('chain');
    expect(others).toEqual([]);
    expect([chain.name, chain.run_type, chain.session_name]).toEqual(['LLMChain', 'chain', 'flowers']);
    expect([chain.inputs, chain.outputs, chain.tags]).toEqual([
      { flower: 'roses' },
      { text: 'In May.' },
      ['shop'],
    ]);
    expect([model.name, model.run_type, model.parent_run_id]).toEqual(['ScriptedModel', 'llm', chain.id]);
    expect(model.trace_id).toBe(chain.id);
    expect(model.extra.metadata).toMatchObject({
      till: 2,
      ls_provider: 'scripted',
      ls_model_name: 'scripted',
      usage_metadata: { input_tokens: 12, output_tokens: 3, total_tokens: 15 },
    });
    expect(model.outputs.generations[0][0].message.kwargs.content).toBe('In May.');
  });

  it('a stream, with the times of its tokens', async () => {
    const [, model] = await traced('stream');
    expect(model.events.map(({ name }: Foreign) => name)).toEqual(['start', 'new_token', 'new_token', 'end']);
  });

  it('an agent', async () => {
    const runs = await traced('agent');
    expect(runs.map(({ run_type, name }) => `${run_type} ${name}`)).toEqual([
      'chain AgentChain',
      'llm ScriptedModel',
      'tool stock',
      'llm ScriptedModel',
    ]);
    const [agent, , tool] = runs;
    expect([tool.parent_run_id, tool.inputs, tool.outputs.output.kwargs.content]).toEqual([
      agent.id,
      { flower: 'roses' },
      '{"roses":40}',
    ]);
    expect(agent.outputs).toEqual({ text: 'Forty.' });
  });

  it('a failure', async () => {
    const runs = await traced('failure');
    expect(runs.map(({ name, error }) => [name, error.split('\n')[0]])).toEqual([
      ['LLMChain', 'out of ink'],
      ['ScriptedModel', 'out of ink'],
    ]);
  });
});

describe('@langfuse/langchain sends to Langfuse', () => {
  /** The spans that a server in Langfuse's place was sent, each under its parent. */
  async function traced(program: Program) {
    const receiver = await receiveOtlp();
    const processor = new LangfuseSpanProcessor({
      baseUrl: receiver.url,
      publicKey: 'pk',
      secretKey: 'sk',
      exportMode: 'immediate',
    });
    const provider = new BasicTracerProvider({ spanProcessors: [processor] });
    setLangfuseTracerProvider(provider);
    afterTest(() => setLangfuseTracerProvider(null));
    await PROGRAMS[program]([fromLangChain(new LangfuseHandler({ userId: 'u-1' }))]);
    await provider.shutdown();
    return receiver.requests
      .flatMap(({ body }) => JSON.parse(body.toString()).resourceSpans)
      .flatMap(({ scopeSpans }: Foreign) => scopeSpans)
      .flatMap(({ spans }: Foreign) => spans)
      .map(({ name, spanId, parentSpanId = null, attributes }: Foreign) => ({
        name,
        spanId,
        parentSpanId,
        said: Object.fromEntries(
          attributes.map(({ key, value }: Foreign) => [
            key.replace('langfuse.observation.', ''),
            Object.values(value)[0],
          ]),
        ) as Readonly<Record<string, string>>,
      }));
  }
  const byName = (spans: Awaited<ReturnType<typeof traced>>, name: string) =>
    spans.filter((span) => span.name === name);

  it.each(['chain', 'stream'] as const)('a %s', async (program) => {
    const spans = await traced(program);
    expect(spans).toHaveLength(2);
    const [chain] = byName(spans, 'LLMChain');
    const [model] = byName(spans, 'ScriptedModel');
    const flower = program === 'chain' ? 'roses' : 'lilies';
    expect([chain!.parentSpanId, chain!.said.type, chain!.said.input, chain!.said.output]).toEqual([
      null,
      'span',
      `{"flower":"${flower}"}`,
      '{"text":"In May."}',
    ]);
    expect([model!.parentSpanId, model!.said.type]).toEqual([chain!.spanId, 'generation']);
    expect(JSON.parse(model!.said.input!)).toEqual([{ content: `Where are the ${flower}?`, role: 'user' }]);
    expect(JSON.parse(model!.said.output!)).toEqual({ content: 'In May.', role: 'assistant' });
    expect(JSON.parse(model!.said.usage_details!)).toEqual({
      input: 8,
      output: 2,
      total: 15,
      input_cache_read: 4,
      output_reasoning: 1,
    });
    expect(JSON.parse(model!.said['model.parameters']!)).toEqual({ temperature: 0.5, max_tokens: 100 });
    expect(model!.said['model.name']).toBe(program === 'chain' ? 'scripted-2' : 'scripted');
    expect(model!.said.completion_start_time).toBeDefined();
  });

  it('an agent, as one trace', async () => {
    const spans = await traced('agent');
    const [agent] = byName(spans, 'AgentChain');
    expect([agent!.parentSpanId, agent!.said.output]).toEqual([null, '{"text":"Forty."}']);
    const under = spans.filter(({ parentSpanId }) => parentSpanId === agent!.spanId);
    expect(under.map(({ name }) => name).sort()).toEqual(['ScriptedModel', 'ScriptedModel', 'stock']);
    expect(spans).toHaveLength(4);
    const [tool] = byName(spans, 'stock');
    expect([tool!.said.type, tool!.said.input]).toEqual(['tool', '{"flower":"roses"}']);
  });

  it('a failure', async () => {
    const spans = await traced('failure');
    expect(spans.map(({ name }) => name).sort()).toEqual(['LLMChain', 'ScriptedModel']);
    for (const { said } of spans)
      expect([said.level, said.status_message]).toEqual(['ERROR', 'Error: out of ink']);
  });
});

describe('@posthog/ai sends to PostHog', () => {
  /** The events that a server in PostHog's place was sent. */
  async function captured(program: Program) {
    const receiver = await receiveOtlp();
    const client = new PostHog('phc', { host: receiver.url, flushAt: 100, flushInterval: 0 });
    await PROGRAMS[program]([fromLangChain(new PostHogHandler({ client, distinctId: 'u-1' }))]);
    await client.shutdown();
    return receiver.requests
      .filter(({ path }) => path === '/batch/')
      .flatMap(({ body }) => JSON.parse(body.toString()).batch as readonly Foreign[]);
  }
  const outline = (events: readonly Foreign[]) =>
    events.map(({ event, properties }) => `${event} ${properties.$ai_span_name}`);

  it.each(['chain', 'stream'] as const)('a %s', async (program) => {
    const events = await captured(program);
    expect(outline(events)).toEqual(['$ai_generation ScriptedModel', '$ai_trace LLMChain']);
    const [model, chain] = events.map(({ properties }) => properties);
    const flower = program === 'chain' ? 'roses' : 'lilies';
    expect(model).toMatchObject({
      $ai_provider: 'scripted',
      $ai_input: [{ role: 'user', content: `Where are the ${flower}?` }],
      $ai_model_parameters: { temperature: 0.5, max_tokens: 100 },
      $ai_output_tokens: 3,
      $ai_parent_id: chain.$ai_trace_id,
      $ai_http_status: 200,
    });
    expect(model.$ai_output_choices).toEqual([{ role: 'assistant', content: 'In May.', tool_calls: [] }]);
    expect([chain.$ai_input_state, chain.$ai_output_state]).toEqual([{ flower }, { text: 'In May.' }]);
  });

  it('an agent, as one trace', async () => {
    const events = await captured('agent');
    expect(outline(events)).toEqual([
      '$ai_generation ScriptedModel',
      '$ai_span stock',
      '$ai_generation ScriptedModel',
      '$ai_trace AgentChain',
    ]);
    const trace = events.at(-1).properties.$ai_trace_id;
    expect(events.map(({ properties }) => properties.$ai_trace_id)).toEqual(Array(4).fill(trace));
    const [{ function: called }] = events[0].properties.$ai_output_choices[0].tool_calls;
    expect(called).toEqual({ name: 'stock', arguments: '{"flower":"roses"}' });
  });

  it('a failure', async () => {
    const events = await captured('failure');
    expect(outline(events)).toEqual(['$ai_generation ScriptedModel', '$ai_trace LLMChain']);
    for (const { properties } of events) {
      expect(properties.$ai_is_error).toBe(true);
      expect(JSON.stringify(properties.$ai_error)).toContain('out of ink');
    }
  });
});
