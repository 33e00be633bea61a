import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { StdoutCallbackHandler, type StdoutHandlerOptions } from '../../src/callbacks/stdout.js';
import { EVENT_TABLE, type EventOf } from '../../src/events.js';
import { createRedactor } from '../../src/safety/redactor.js';
import { sumUsage } from '../../src/tokens/usage.js';
import { answer, type ChainEvent, syntheticRun, usage } from './synthetic-events.js';

class Screen extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk;
    done();
  }
}

function tell(handler: StdoutCallbackHandler, events: readonly ChainEvent[]): void {
  for (const event of events) {
    const method = handler[EVENT_TABLE[event.type].method] as ((event: ChainEvent) => void) | undefined;
    method?.call(handler, event);
  }
}

function trace(events: readonly ChainEvent[], options: StdoutHandlerOptions = {}): string {
  const stream = new Screen();
  tell(new StdoutCallbackHandler({ stream, color: false, ...options }), events);
  return stream.text;
}

const ASKED = { model: 'gpt-5-mini', provider: 'openai', params: {} };
const timedOut = { name: 'ChainError', code: 'timeout', message: 'nothing came within 60 s' };

const chain = syntheticRun('LLMChain', 'c1');
const model = syntheticRun('ChatOpenAI', 'm1', 'c1');
const lone = syntheticRun('ChatOpenAI', 'm1');

const OPENING = [
  chain('chainStart', { inputs: { number: '2' } }),
  chain('text', { text: '1 + 2 = ', kind: 'prompt' }),
  model('chatModelStart', {
    ...ASKED,
    params: { temperature: 0.5, maxTokens: 256, stop: ['\n'] },
    messages: [{ role: 'user', content: '1 + 2 = ' }],
    tools: [],
  }),
];
const ADD = [
  ...OPENING,
  model('llmNewToken', { token: '3', index: 0 }),
  model('llmEnd', answer('3', { cost: 0.000012 })),
  chain('chainEnd', { outputs: { text: '3' }, usage: sumUsage([usage(12, 5)]), durationMs: 360 }),
];

describe('one chain', () => {
  it('has the lines that people know, and what was missing from them', () => {
    expect(trace(ADD)).toBe(`
> Entering new LLMChain chain...
Prompt after formatting:
1 + 2 = 
  > ChatOpenAI gpt-5-mini (openai) temperature=0.5 maxTokens=256 stop=["\\n"]
    Answer:
    3
  < ChatOpenAI: 12 in + 5 out = 17 tokens (reported), $0.000012, first token after 210 ms, took 350 ms

> Finished chain.
  took 360 ms
`);
  });

  it('in colour', () => {
    expect(trace(ADD, { color: true })).toBe(`
\x1b[1m> Entering new LLMChain chain...\x1b[22m
Prompt after formatting:
\x1b[32m1 + 2 = \x1b[39m
  \x1b[1m> ChatOpenAI gpt-5-mini (openai) temperature=0.5 maxTokens=256 stop=["\\n"]\x1b[22m
    Answer:
    \x1b[36m3\x1b[39m
  \x1b[1m< ChatOpenAI: 12 in + 5 out = 17 tokens (reported), $0.000012, first token after 210 ms, took 350 ms\x1b[22m

\x1b[1m> Finished chain.\x1b[22m
  \x1b[2mtook 360 ms\x1b[22m
`);
  });

  it('takes the colours from the stream unless told', () => {
    const terminal = Object.assign(new Screen(), { isTTY: true });
    const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
    try {
      delete process.env.NO_COLOR;
      delete process.env.FORCE_COLOR;
      process.env.TERM = 'xterm';
      tell(new StdoutCallbackHandler({ stream: terminal }), [ADD[0]!]);
    } finally {
      for (const [name, value] of Object.entries({ NO_COLOR, FORCE_COLOR, TERM })) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
    expect(terminal.text).toBe('\n\x1b[1m> Entering new LLMChain chain...\x1b[22m\n');
  });

  it('hears no tokens', () => {
    expect('onLLMNewToken' in new StdoutCallbackHandler()).toBe(false);
  });

  it('can be extended', () => {
    const stream = new Screen();
    class Short extends StdoutCallbackHandler {
      override onText(): void {
        stream.write('(prompt)\n');
      }
      override onChainStart(event: EventOf<'chainStart'>): void {
        super.onChainStart?.({ ...event, name: event.name.toUpperCase() });
      }
    }
    tell(new Short({ stream, color: false }), OPENING.slice(0, 2));
    expect(stream.text).toBe('\n> Entering new LLMCHAIN chain...\n(prompt)\n');
  });
});

describe('a tree', () => {
  const outer = syntheticRun('SequentialChain', 'c0');
  const inner = syntheticRun('LLMChain', 'c1', 'c0');

  it('chain, chain, model, retry, error', () => {
    const spent = usage(12, 2, { source: 'estimated' });
    expect(
      trace([
        outer('chainStart', { inputs: { topic: 'roses' } }),
        inner('chainStart', { inputs: { topic: 'roses' } }),
        inner('text', { text: 'System: Be brief.\nHuman: Sell roses.', kind: 'prompt' }),
        model('chatModelStart', {
          ...ASKED,
          messages: [
            { role: 'system', content: 'Be brief.' },
            { role: 'user', content: 'Sell roses.' },
          ],
          tools: [],
        }),
        model('retry', { attempt: 1, delayMs: 1500, reason: '429 Too Many Requests' }),
        model('llmError', {
          error: timedOut,
          model: 'gpt-5-mini',
          text: 'Roses\nare',
          usage: spent,
          cost: 0.5,
          durationMs: 61_000,
        }),
        inner('chainError', { error: timedOut, usage: sumUsage([spent]), durationMs: 61_001 }),
        outer('chainError', { error: timedOut, usage: sumUsage([spent, usage(1, 1)]), durationMs: 61_002 }),
      ]),
    ).toBe(`
> Entering new SequentialChain chain...
  inputs: {"topic":"roses"}
  > Entering new LLMChain chain...
  Prompt after formatting:
  System: Be brief.
  Human: Sell roses.
    > ChatOpenAI gpt-5-mini (openai)
      retry 1 in 1.50 s: 429 Too Many Requests
      Answer so far:
      Roses
      are
    ! ChatOpenAI failed after 61.0 s: timeout: nothing came within 60 s
      12 in + 2 out = 14 tokens (estimated), $0.50
  ! LLMChain failed after 61.0 s: timeout: nothing came within 60 s
! SequentialChain failed after 61.0 s: timeout: nothing came within 60 s
  13 in + 3 out = 16 tokens (estimated: 14 estimated, 2 reported), 2 model runs
`);
  });

  it('shows inputs where no prompt was made of them, and outputs that are not the answer', () => {
    expect(
      trace([
        outer('chainStart', { inputs: { topic: 'x'.repeat(300) } }),
        outer('chainError', { error: timedOut, usage: null, durationMs: 1 }),
        chain('chainStart', { inputs: {} }),
        model('llmStart', { ...ASKED, prompt: 'hi' }),
        model('llmEnd', answer('3')),
        chain('chainEnd', {
          outputs: { text: '3', parsed: 3 },
          usage: sumUsage([usage(12, 5), usage(1, 1)]),
          durationMs: 1,
        }),
      ]),
    ).toBe(`
> Entering new SequentialChain chain...
  inputs: {"topic":"${'x'.repeat(190)}…
! SequentialChain failed after 1 ms: timeout: nothing came within 60 s

> Entering new LLMChain chain...
  > ChatOpenAI gpt-5-mini (openai)
    Prompt:
    hi
    Answer:
    3
  < ChatOpenAI: 12 in + 5 out = 17 tokens (reported), no price, first token after 210 ms, took 350 ms
  outputs: {"text":"3","parsed":3}

> Finished chain.
  13 in + 6 out = 19 tokens (reported), 2 model runs, took 1 ms
`);
  });

  it('an agent, its tools and a retriever', () => {
    const agent = syntheticRun('Agent', 'a');
    const tool = syntheticRun('get_weather', 't', 'a');
    const broken = syntheticRun('search', 's', 'a');
    const shop = syntheticRun('ShopRetriever', 'r', 'a');
    const llm = syntheticRun('ChatOpenAI', 'm', 'a');
    const calls = [{ id: 'call_1', name: 'get_weather', arguments: '{"city":"Paris"}' }];
    const described = { name: 'get_weather', parameters: {} };
    expect(
      trace([
        agent('chainStart', { inputs: { input: 'Umbrella?' } }),
        llm('chatModelStart', {
          ...ASKED,
          messages: [
            { role: 'user', content: 'Umbrella?' },
            { role: 'assistant', content: 'Let me see.', toolCalls: calls },
            { role: 'tool', content: 'rain', toolCallId: 'call_1' },
          ],
          tools: [described],
        }),
        llm(
          'llmEnd',
          answer('', {
            toolCalls: calls,
            finishReason: 'tool_calls',
            model: 'gpt-5-mini-2025',
            firstTokenMs: null,
          }),
        ),
        agent('agentAction', { tool: 'get_weather', input: { city: 'Paris' }, log: 'I need the weather.' }),
        tool('toolStart', { input: { city: 'Paris' }, toolCallId: 'call_1' }),
        tool('toolEnd', { output: 'rain\nand wind', durationMs: 12 }),
        broken('toolStart', { input: 'umbrellas', toolCallId: null }),
        broken('toolError', {
          error: { name: 'Error', code: 'internal', message: 'no\nnet' },
          durationMs: 3,
        }),
        shop('retrieverStart', { query: 'rain gear' }),
        shop('retrieverEnd', { documents: [{ pageContent: 'An umbrella\n  for two' }], durationMs: 4 }),
        shop('retrieverError', { error: timedOut, durationMs: 4 }),
        agent('text', { text: 'thinking', kind: 'note' }),
        agent('customEvent', { eventName: 'mood', data: { good: true } }),
        agent('agentFinish', { output: 'Take one.', log: 'Final.' }),
        agent('chainEnd', { outputs: {}, usage: null, durationMs: 40 }),
      ]),
    ).toBe(`
> Entering new Agent chain...
  inputs: {"input":"Umbrella?"}
  > ChatOpenAI gpt-5-mini (openai) tools=["get_weather"]
    Messages:
    Human: Umbrella?
    AI: Let me see.
    calls get_weather {"city":"Paris"}
    Tool: rain
    calls get_weather {"city":"Paris"}
  < ChatOpenAI: 12 in + 5 out = 17 tokens (reported), no price, took 350 ms, finish reason tool_calls, answered by gpt-5-mini-2025
  I need the weather.
  action: get_weather {"city":"Paris"}
  > get_weather (tool, call_1)
    Input:
    {"city":"Paris"}
    Output:
    rain
    and wind
  < get_weather: took 12 ms
  > search (tool)
    Input:
    umbrellas
  ! search failed after 3 ms: internal: no
  net
  > ShopRetriever (retriever)
    Query:
    rain gear
    1. An umbrella for two
  < ShopRetriever: 1 document, took 4 ms
  ! ShopRetriever failed after 4 ms: timeout: nothing came within 60 s
  thinking
  mood: {"good":true}
  Final.
  Final answer:
  Take one.

> Finished chain.
  took 40 ms
`);
  });

  it('an empty answer says so', () => {
    expect(trace([lone('llmStart', { ...ASKED, prompt: '' }), lone('llmEnd', answer(''))])).toContain(
      '\n  Answer: (empty)\n<',
    );
  });
});

describe('runs side by side', () => {
  const a = syntheticRun('LLMChain', 'aaaaaaaa-1');
  const b = syntheticRun('LLMChain', 'bbbbbbbb-1');
  const inA = syntheticRun('OpenAI', 'aa', 'aaaaaaaa-1');
  const inB = syntheticRun('OpenAI', 'bb', 'bbbbbbbb-1');

  it('are told apart from the moment on when there are two, each to its end', () => {
    expect(
      trace([
        a('chainStart', { inputs: {} }),
        a('text', { text: 'one', kind: 'prompt' }),
        inA('llmStart', { ...ASKED, prompt: 'one' }),
        b('chainStart', { inputs: { n: 2 } }),
        inB('llmStart', { ...ASKED, prompt: 'two\n\nlines' }),
        inA('llmEnd', answer('1', { firstTokenMs: null })),
        inB('llmEnd', answer('2', { firstTokenMs: null })),
        a('chainEnd', { outputs: { text: '1' }, usage: null, durationMs: 5 }),
        b('chainEnd', { outputs: { text: '2' }, usage: null, durationMs: 6 }),
        b('chainStart', { inputs: {} }),
      ]),
    ).toBe(`
> Entering new LLMChain chain...
Prompt after formatting:
one
  > OpenAI gpt-5-mini (openai)
[aaaaaaaa] (LLMChain goes on)

[bbbbbbbb] > Entering new LLMChain chain...
[bbbbbbbb]   inputs: {"n":2}
[bbbbbbbb]   > OpenAI gpt-5-mini (openai)
[bbbbbbbb]     Prompt:
[bbbbbbbb]     two

[bbbbbbbb]     lines
[aaaaaaaa]     Answer:
[aaaaaaaa]     1
[aaaaaaaa]   < OpenAI: 12 in + 5 out = 17 tokens (reported), no price, took 350 ms
[bbbbbbbb]     Answer:
[bbbbbbbb]     2
[bbbbbbbb]   < OpenAI: 12 in + 5 out = 17 tokens (reported), no price, took 350 ms

[aaaaaaaa] > Finished chain.
[aaaaaaaa]   took 5 ms

[bbbbbbbb] > Finished chain.
[bbbbbbbb]   took 6 ms

> Entering new LLMChain chain...
`);
  });

  it('under one parent: its own lines need no id', () => {
    const [x, y, z] = ['x', 'y', 'z'].map((id) => syntheticRun('tool', id, 'c1')) as [
      typeof a,
      typeof a,
      typeof a,
    ];
    const start = { input: 0, toolCallId: null };
    const end = { output: 1, durationMs: 1 };
    expect(
      trace([
        chain('chainStart', { inputs: {} }),
        x('toolStart', start),
        y('toolStart', start),
        z('toolStart', start),
        x('toolEnd', end),
        chain('text', { text: 'still here', kind: 'note' }),
        y('toolEnd', end),
        z('toolEnd', end),
        x('toolStart', start),
      ]),
    ).toBe(`
> Entering new LLMChain chain...
  > tool (tool)
    Input:
    0
[x]   (tool goes on)
[y]   > tool (tool)
[y]     Input:
[y]     0
[z]   > tool (tool)
[z]     Input:
[z]     0
[x]     Output:
[x]     1
[x]   < tool: took 1 ms
  still here
[y]     Output:
[y]     1
[y]   < tool: took 1 ms
[z]     Output:
[z]     1
[z]   < tool: took 1 ms
  > tool (tool)
    Input:
    0
`);
  });

  it('a run whose start was not heard stands at the root', () => {
    expect(trace([model('retry', { attempt: 1, delayMs: 5, reason: 'x' })])).toBe('  retry 1 in 5 ms: x\n');
  });
});

describe('beside a live answer', () => {
  const running = [
    lone('llmStart', { ...ASKED, prompt: 'hi' }),
    lone('llmEnd', answer('Hello', { firstTokenMs: null })),
  ];

  it('ends its line before every writing, and marks its place', () => {
    const stream = new Screen();
    const live = {
      endLine() {
        stream.text += '|';
      },
    };
    const fails = {
      error: timedOut,
      model: 'gpt-5-mini',
      text: 'Hel',
      usage: null,
      cost: null,
      durationMs: 1,
    };
    tell(new StdoutCallbackHandler({ stream, color: false, live }), [
      ...running,
      running[0]!,
      lone('llmNewToken', { token: 'Hel', index: 0 }),
      lone('llmError', fails),
    ]);
    expect(stream.text).toBe(`|> ChatOpenAI gpt-5-mini (openai)
  Prompt:
  hi
|  Answer: (shown above)
< ChatOpenAI: 12 in + 5 out = 17 tokens (reported), no price, took 350 ms
|> ChatOpenAI gpt-5-mini (openai)
  Prompt:
  hi
|  Answer so far: (shown above)
! ChatOpenAI failed after 1 ms: timeout: nothing came within 60 s
`);
  });
});

describe('what must not be seen', () => {
  const KEY = 'sk-abcdefghij';
  const failure = { name: 'ChainError', code: 'authentication', message: `wrong key ${KEY}` };

  it('is masked before it is shown', () => {
    const events = [
      chain('chainStart', { inputs: { apiKey: 'plain', text: KEY } }),
      model('chatModelStart', {
        ...ASKED,
        model: `m-${KEY}`,
        params: { stop: [KEY] },
        messages: [{ role: 'user', content: `Is ${KEY} right?` }],
        tools: [],
      }),
      model(
        'llmEnd',
        answer(`${KEY} is right`, { toolCalls: [{ id: '1', name: 'login', arguments: '{"password":"x"}' }] }),
      ),
      chain('customEvent', { eventName: 'seen', data: { [KEY]: `${'x'.repeat(185)} ${KEY}` } }),
      chain('chainError', { error: failure, usage: null, durationMs: 5 }),
    ];
    expect(trace(events, { redact: createRedactor() })).toBe(`
> Entering new LLMChain chain...
  inputs: {"apiKey":"***","text":"***"}
  > ChatOpenAI m-*** (openai) stop=["***"]
    Messages:
    Human: Is *** right?
    Answer:
    *** is right
    calls login {"password":"***"}
  < ChatOpenAI: 12 in + 5 out = 17 tokens (reported), no price, first token after 210 ms, took 350 ms, answered by gpt-5-mini
  seen: {"***":"${'x'.repeat(185)} ***"}
! LLMChain failed after 5 ms: authentication: wrong key ***
`);
  });

  it('what a live answer is asked for is the event as it came', () => {
    const asked: ChainEvent[] = [];
    const live = { endLine() {}, shows: (event: ChainEvent) => asked.push(event) > 0 };
    const end = model('llmEnd', answer(KEY));
    expect(trace([...OPENING, end], { live, redact: createRedactor() })).toContain('Answer: (shown above)\n');
    expect(asked.at(-1)).toBe(end);
  });

  it('without content it is the tree, tokens, costs and times', () => {
    const tool = syntheticRun('search', 't1', 'c1');
    const notes = syntheticRun('notes', 'r1', 'c1');
    const events = [
      ...OPENING,
      model('retry', { attempt: 1, delayMs: 500, reason: 'overloaded' }),
      model('llmEnd', answer('3', { cost: 0.000012 })),
      tool('toolStart', { input: 'roses', toolCallId: 'call_1' }),
      tool('toolEnd', { output: 'red', durationMs: 3 }),
      notes('retrieverStart', { query: 'roses' }),
      notes('retrieverEnd', { documents: [{ pageContent: 'red' }], durationMs: 3 }),
      chain('agentAction', { tool: 'search', input: 'roses', log: 'I should.' }),
      chain('agentFinish', { output: 'red', log: 'I know.' }),
      chain('customEvent', { eventName: 'progress', data: 'roses' }),
      chain('chainError', { error: failure, usage: null, durationMs: 5 }),
    ];
    expect(trace(events, { content: false })).toBe(`
> Entering new LLMChain chain...
  > ChatOpenAI gpt-5-mini (openai)
    retry 1 in 500 ms
  < ChatOpenAI: 12 in + 5 out = 17 tokens (reported), $0.000012, first token after 210 ms, took 350 ms
  > search (tool, call_1)
  < search: took 3 ms
  > notes (retriever)
  < notes: took 3 ms
  action: search
  progress
! LLMChain failed after 5 ms: authentication
`);
  });
});

describe('hostile text', () => {
  it('never reaches the terminal, from wherever it comes', () => {
    const evil = '\x1b]0;owned\x07\x1b[2Jevil\x9b31m\r\b\u202e';
    const run = syntheticRun(evil, 'e');
    const tool = syntheticRun(evil, 't', 'e');
    const calls = [{ id: evil, name: evil, arguments: evil }];
    const error = { name: evil, code: evil, message: evil };
    const text = trace([
      run('chainStart', { inputs: { [evil]: evil } }),
      tool('toolStart', { input: evil, toolCallId: evil }),
      tool('toolEnd', { output: { evil }, durationMs: 1 }),
      tool('retrieverStart', { query: evil }),
      tool('retrieverEnd', { documents: [{ pageContent: evil }], durationMs: 1 }),
      run('text', { text: evil, kind: 'prompt' }),
      lone('chatModelStart', {
        ...ASKED,
        model: evil,
        messages: [{ role: 'user', content: evil, toolCalls: calls }],
        tools: [],
      }),
      lone('retry', { attempt: 1, delayMs: 1, reason: evil }),
      lone('llmEnd', answer(evil, { toolCalls: calls, finishReason: evil, model: evil })),
      lone('llmError', { error, model: evil, text: evil, usage: null, cost: null, durationMs: 1 }),
      run('agentAction', { tool: evil, input: evil, log: evil }),
      run('agentFinish', { output: evil, log: `log ${evil}` }),
      run('customEvent', { eventName: evil, data: evil }),
      run('chainEnd', { outputs: { evil }, usage: null, durationMs: 1 }),
    ]);
    expect(text.match(/evil/g)!.length).toBeGreaterThan(25);
    expect(text).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
  });
});

describe('a stream that fails', () => {
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  it('after a while: the trace ends, nothing is thrown, the error is not left unheard', async () => {
    let writes = 0;
    const stream = new Writable({
      write(_chunk, _encoding, done) {
        writes += 1;
        done(writes > 1 ? Object.assign(new Error('EPIPE'), { code: 'EPIPE' }) : null);
      },
    });
    const handler = new StdoutCallbackHandler({ stream });
    tell(handler, ADD.slice(0, 1));
    await settled();
    tell(handler, ADD.slice(1, 2));
    await settled();
    tell(handler, ADD.slice(2));
    await settled();
    expect(writes).toBe(2);
    expect(stream.listenerCount('error')).toBe(0);
  });

  it('closed before', async () => {
    for (const close of [(stream: Screen) => stream.end(), (stream: Screen) => stream.destroy()]) {
      const stream = new Screen();
      close(stream);
      await settled();
      tell(new StdoutCallbackHandler({ stream }), ADD);
      await settled();
      expect(stream.text).toBe('');
    }
  });

  it('by throwing', () => {
    const stream = new Screen();
    stream.write = () => {
      throw new Error('EIO');
    };
    expect(() => tell(new StdoutCallbackHandler({ stream }), ADD)).not.toThrow();
  });
});
