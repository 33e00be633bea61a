import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import type { MeasuredMemory } from '../../../src/chains/measurement/measured-memory.js';
import { DONE, delta, event, reply, serve, stream, text, withResolvers } from '../../models/loopback.js';
import { requires } from '../../support/requires.js';
import { commandLine, makeWorkspace, type PerformOptions, type Workspace } from '../../support/run-cli.js';
import { openTerminal } from '../../support/terminal.js';
import { findAll, parseXml, textOf } from './xml.js';

const SAMPLES = fileURLToPath(new URL('../../../sample-prompts/conversations/', import.meta.url));
const FLOWERS = `${SAMPLES}flower-shop.yaml`;

const SHOP = `system: Sell flowers.
turns:
  - { user: I am Ada and I like lilies., assistant: Welcome. }
  - { user: Do you deliver?, assistant: 'Yes, every day.' }
  - { user: Who am I?, assistant: You are Ada. }
facts:
  - { text: lilies, turn: 1, asked: 3 }
`;

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
  here.write('shop.yaml', SHOP);
});

const measure = (args: readonly string[], options?: PerformOptions) =>
  here.perform(['memory', ...args], options);

interface Document {
  readonly model: string;
  readonly mechanisms: readonly MeasuredMemory[];
}

async function document(args: readonly string[], options?: PerformOptions): Promise<Document> {
  const { code, stdout, stderr } = await measure([...args, '--json'], options);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout.endsWith('\n')).toBe(true);
  return JSON.parse(stdout);
}

/** Answers `summary 1`, `summary 2`, …, the first for 101 tokens in and 11 out. */
function counting() {
  let calls = 0;
  return serve((response) => {
    calls += 1;
    const usage = {
      prompt_tokens: 100 + calls,
      completion_tokens: 10 + calls,
      total_tokens: 110 + 2 * calls,
    };
    const end = event(delta({}, 'stop')) + event({ choices: [], usage }) + DONE;
    return stream(text(`summary ${calls}`), end)(response, undefined as never);
  });
}

const at = ({ baseUrl }: { readonly baseUrl: string }) => ({ env: { OPENAI_BASE_URL: baseUrl } });

describe('chain memory', () => {
  it('needs neither a key nor a network, and says what was simulated', async () => {
    const { code, stdout, stderr } = await here.run([
      'memory',
      FLOWERS,
      '--memory',
      'buffer,window:1,summary',
    ]);
    expect([code, stderr]).toEqual([0, '']);
    expect(
      stdout.replace(/All tokens.*?\n\n/s, ''),
    ).toBe(`flower-shop.yaml · 3 turns · 2 facts asked for · tokens and prices of gpt-5-mini

turn  memory    input  output  memory's own  total  so far  cost so far
   1  buffer       40      32             0     72      72    $0.000074
      window:1     40      32             0     72      72    $0.000074
      summary      40      32           152    224     224    $0.000177
   2  buffer       95      57             0    152     224    $0.000212
      window:1     95      57             0    152     224    $0.000212
      summary      82      57           227    366     590    $0.000447
   3  buffer      175      51             0    226     450    $0.000358
      window:1    120      51             0    171     395    $0.000344
      summary      90      51           228    369     959    $0.000707

memory    input  output  memory's own  total  of buffer       cost  recall  tokens are
buffer      310     140             0    450      100 %  $0.000358     2/2  estimated
window:1    255     140             0    395       88 %  $0.000344     0/2  estimated
summary     212     140           607    959      213 %  $0.000707     2/2  simulated
simulated: the offline model, not a language model, wrote what a language model would write; name one with --model
estimated: counted here with o200k_base, the tokenizer of gpt-5-mini

Cheaper than buffer
  window:1: from turn 3 on, in tokens and in money
  summary: never in these 3 turns
`);
  });

  it('gives a document', async () => {
    const turn = (number: number, inputTokens: number, outputTokens: number, cost: number) => ({
      turn: number,
      inputTokens,
      outputTokens,
      memoryTokens: 0,
      cost,
      source: 'estimated',
    });
    expect(
      await document([FLOWERS, '--model', 'gpt-5-mini', '--memory', ' buffer, window:1 ,buffer']),
    ).toEqual({
      schema: 1,
      model: 'gpt-5-mini',
      mechanisms: [
        {
          name: 'buffer',
          turns: [turn(1, 40, 32, 0.000074), turn(2, 95, 57, 0.00013775), turn(3, 175, 51, 0.00014575)],
          totals: { inputTokens: 310, outputTokens: 140, memoryTokens: 0, totalTokens: 450, cost: 0.0003575 },
          recall: { asked: 2, known: 2 },
        },
        {
          name: 'window:1',
          turns: [turn(1, 40, 32, 0.000074), turn(2, 95, 57, 0.00013775), turn(3, 120, 51, 0.000132)],
          totals: {
            inputTokens: 255,
            outputTokens: 140,
            memoryTokens: 0,
            totalTokens: 395,
            cost: 0.00034375,
          },
          recall: { asked: 2, known: 0 },
        },
      ],
    });
  });

  it('measures six kinds where none are named', async () => {
    const { mechanisms } = await document([FLOWERS]);
    expect(mechanisms.map(({ name, turns }) => [name, turns[2]!.source])).toEqual([
      ['buffer', 'estimated'],
      ['window:2', 'estimated'],
      ['window:6', 'estimated'],
      ['token-buffer:500', 'estimated'],
      ['summary', 'simulated'],
      ['summary-buffer:650', 'simulated'],
    ]);
  });

  it('goes on behind the last turn', async () => {
    const { mechanisms } = await document([
      FLOWERS,
      '--turns',
      '50',
      '--memory',
      'window:2,token-buffer:500',
    ]);
    for (const { turns, recall } of mechanisms) {
      expect(turns).toHaveLength(50);
      expect(recall).toEqual({ asked: 2, known: 2 });
    }
  });

  it('is the offline model’s where that is named, and has no price', async () => {
    const { model, mechanisms } = await document([
      'shop.yaml',
      '--model',
      'offline',
      '--memory',
      'buffer,summary',
    ]);
    expect(model).toBe('offline');
    expect(mechanisms.map(({ totals, turns }) => [totals.cost, turns[0]!.source])).toEqual([
      [null, 'estimated'],
      [null, 'simulated'],
    ]);
  });

  it('takes prices from the configuration', async () => {
    here.write('prices.yaml', 'prices: { rose-1: { input: 1000000, output: 0 } }');
    const args = ['shop.yaml', '--memory', 'buffer', '--model', 'rose-1', '--config', 'prices.yaml'];
    const { totals } = (await document(args)).mechanisms[0]!;
    expect(totals.cost).toBe(totals.inputTokens);
  });
});

describe('against a server', () => {
  it('asks for summaries alone where the replies are given, and counts what it reports', async () => {
    const server = await counting();
    const { mechanisms } = await document(['shop.yaml', '--memory', 'window:1,summary'], at(server));
    const [window, summary] = mechanisms;
    expect(summary!.turns.map(({ memoryTokens }) => memoryTokens)).toEqual([112, 114, 116]);
    expect(summary!.totals.outputTokens).toBe(window!.totals.outputTokens);
    const { inputTokens, outputTokens, memoryTokens, totalTokens } = summary!.totals;
    expect(totalTokens).toBe(inputTokens! + outputTokens! + memoryTokens!);
    expect(server.received).toHaveLength(3);
    expect(JSON.stringify(server.received[1]!.body.messages)).toContain('summary 1');
  });

  it('asks for everything else, too, where they are not', async () => {
    here.write('shop.txt', 'I am Ada.\n\nWho am I?\n');
    const server = await counting();
    const { mechanisms } = await document(['shop.txt', '--memory', 'buffer'], at(server));
    expect(mechanisms[0]!.turns).toEqual([
      { turn: 1, inputTokens: 101, outputTokens: 11, memoryTokens: 0, cost: null, source: 'reported' },
      { turn: 2, inputTokens: 102, outputTokens: 12, memoryTokens: 0, cost: null, source: 'reported' },
    ]);
    const second = server.received[1]!.body.messages as { content: string }[];
    expect(second.slice(1).map(({ content }) => content)).toEqual(['I am Ada.', 'summary 1', 'Who am I?']);
  });

  it('shows what was measured before it failed, and where that was', async () => {
    const server = await serve(reply(500, { error: { message: 'no roses' } }));
    const args = ['shop.yaml', '--memory', 'window:1,summary', '--retries', '0'];
    const { code, stdout, stderr } = await measure(args, at(server));
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^chain: summary, turn 1: .*no roses/)]);
    expect(stdout).toContain('\nwindow:1 ');
    expect(stdout).toContain('\nnot measured to the end: summary\n');
    const json = await measure([...args, '--json'], at(server));
    const message = expect.stringMatching(/^summary, turn 1: .*no roses/);
    expect(JSON.parse(json.stdout)).toEqual({
      schema: 1,
      error: { code: 'server_error', message },
      model: 'gpt-5-mini',
      mechanisms: (await document(['shop.yaml', '--memory', 'window:1'], at(server))).mechanisms,
    });
  });

  it.skipIf(process.platform === 'win32')('leaves off on Ctrl-C, and leaves files as they were', async () => {
    here.write('memory.svg', 'the old one');
    const asked = withResolvers();
    const server = await serve(asked.resolve);
    const args = ['memory', 'shop.yaml', '--memory', 'window:1,summary', '--svg', 'memory.svg'];
    const running = here.start(args, at(server));
    await asked.promise;
    running.child.kill('SIGINT');
    const { code, stdout, stderr } = await running.done;
    expect([code, stderr]).toEqual([130, '']);
    expect(stdout).toContain('\nnot measured to the end: summary\n');
    expect(here.read('memory.svg')).toBe('the old one');
    await server.left;
  });

  it.skipIf(process.platform === 'win32')(
    'has what was measured in the document on Ctrl-C, too',
    async () => {
      const asked = withResolvers();
      const server = await serve(asked.resolve);
      const running = here.start(
        ['memory', 'shop.yaml', '--memory', 'window:1,summary', '--json'],
        at(server),
      );
      await asked.promise;
      running.child.kill('SIGINT');
      const { code, stdout } = await running.done;
      const { mechanisms, ...rest } = JSON.parse(stdout);
      expect([code, rest]).toEqual([
        130,
        { schema: 1, error: { code: 'aborted', message: 'interrupted by SIGINT' }, model: 'gpt-5-mini' },
      ]);
      expect(mechanisms.map(({ name }: MeasuredMemory) => name)).toEqual(['window:1']);
    },
  );

  it('writes every event to a log, and a trace to stderr', async () => {
    const server = await counting();
    const args = ['shop.yaml', '--turns', '1', '--memory', 'summary', '--log', 'run.jsonl', '--verbose'];
    const { code, stdout, stderr } = await measure(args, at(server));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^shop\.yaml · 1 turn/);
    expect(stderr).toContain('summary 1');
    expect(here.events('run.jsonl').map(({ type, name }) => `${type} ${name}`)).toEqual([
      'chainStart MemoryMeasurer',
      'chainStart ConversationChain',
      'text ConversationChain',
      'chatModelStart GivenReply',
      'llmEnd GivenReply',
      'chainStart ConversationSummaryMemory',
      'text ConversationSummaryMemory',
      'chatModelStart ChatOpenAI',
      'llmNewToken ChatOpenAI',
      'llmEnd ChatOpenAI',
      'chainEnd ConversationSummaryMemory',
      'chainEnd ConversationChain',
      'chainEnd MemoryMeasurer',
    ]);
  });
});

describe('a budget', () => {
  const ARGS = ['shop.yaml', '--memory', 'window:1,summary'];

  it('holds over all calls, and what was measured before it ended them is shown', async () => {
    const server = await counting();
    const { code, stdout, stderr } = await measure([...ARGS, '--max-total-tokens', '150'], at(server));
    expect([code, server.received.length]).toEqual([3, 1]);
    expect(stderr).toMatch(
      /^budget: 112 of 150 tokens spent\nchain: summary, turn 2: ConversationSummaryMemory: the call doesn't fit into the budget: 38 of 150 tokens are left, and the prompt takes \d+ before any answer\n/,
    );
    expect(stdout).toContain('\nwindow:1 ');
    expect(stdout).toContain('\nnot measured to the end: summary\n');
  });

  it('is in the document, and may stand in the configuration', async () => {
    here.write('config.yaml', 'defaults: { maxTotalTokens: 150 }\n');
    const server = await counting();
    const { code, stdout } = await measure([...ARGS, '--json', '--config', 'config.yaml'], at(server));
    const { error, mechanisms, ...rest } = JSON.parse(stdout);
    expect([code, error.code]).toEqual([3, 'budget_exceeded']);
    expect(mechanisms.map(({ name }: MeasuredMemory) => name)).toEqual(['window:1']);
    expect(rest).toEqual({
      schema: 1,
      model: 'gpt-5-mini',
      spent: { totalTokens: 112, cost: null },
    });
    const flag = [...ARGS, '--config', 'config.yaml', '--max-total-tokens', '2000'];
    expect((await measure(flag, at(server))).code).toBe(0);
  });

  it('of money ends it, too', async () => {
    here.write('prices.yaml', 'prices: { rose-1: { input: 1, output: 1 } }');
    const server = await counting();
    const args = [...ARGS, '--model', 'rose-1', '--config', 'prices.yaml', '--max-cost', '0.00015'];
    const { code, stderr } = await measure(args, at(server));
    expect(code).toBe(3);
    expect(stderr).toMatch(/^budget: \$0\.000112 of \$0\.00015 spent\nchain: summary, turn 2: /);
  });

  it('holds for no reply that is given, nor for what is simulated', async () => {
    const { code, stderr } = await measure([...ARGS, '--max-total-tokens', '1', '--max-cost', '0.000001']);
    expect([code, stderr]).toEqual([0, '']);
  });

  it('of money takes a price, where a model has to be asked', async () => {
    const server = await counting();
    const priceless = ['--model', 'rose-1', '--max-cost', '1'];
    const { code, stdout, stderr } = await measure([...ARGS, ...priceless], at(server));
    expect([code, stdout, server.received]).toEqual([2, '', []]);
    expect(stderr).toMatch(/^chain: no price is known for rose-1, so a budget in dollars can't be kept\n/);
    expect((await measure(['shop.yaml', '--memory', 'buffer', ...priceless], at(server))).code).toBe(0);
  });
});

describe('standard input', () => {
  it.each<[what: string, stdin: string, title: string]>([
    ['YAML', SHOP, 'standard input · 3 turns · 1 fact asked for'],
    ['JSON', '{ "turns": [{ "user": "Hi", "assistant": "Hello" }] }\n', 'standard input · 1 turn'],
    ['a turn a line', '你好\r\n\r\nWho am I?', 'standard input · 2 turns'],
  ])('may have the conversation: %s', async (_, stdin, title) => {
    const { code, stdout, stderr } = await measure(['-', '--memory', 'buffer'], { stdin });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')[0]).toBe(`${title} · tokens and prices of gpt-5-mini`);
  });

  it.each<[what: string, stdin: string | Uint8Array, message: string]>([
    ['nothing', '', 'standard input:1:1: there are no turns'],
    ['no text', Uint8Array.of(0xff), 'standard input:1:1: not UTF-8 at byte 0 (the first is byte 0)'],
    [
      'too much',
      'Hello\n'.repeat(1_800_000),
      'standard input:1:1: a conversation has at most 10 MB, and this has more',
    ],
  ])('with %s is a mistake', async (_, stdin, message) => {
    const { code, stdout, stderr } = await measure(['-'], { stdin });
    expect([code, stdout, stderr.split('\n')[0]]).toEqual([2, '', `chain: ${message}`]);
  });
});

describe('a session', () => {
  it('is measured as it was held, its own model first; one that there isn’t is named like it', async () => {
    const stdin = 'My name is Ada.\nWhat is my name?\n';
    const chat = ['chat', '--session', 'trip', '--model', 'offline', '--quiet'];
    expect((await here.perform(chat, { stdin })).code).toBe(0);
    const { model, mechanisms } = await document(['--session', 'trip', '--memory', 'buffer']);
    expect(model).toBe('offline');
    expect(mechanisms[0]!.turns).toHaveLength(2);
    const other = await document(['--session', 'trip', '--memory', 'buffer', '--model', 'gpt-4o']);
    expect(other.model).toBe('gpt-4o');
    expect(other.mechanisms[0]!.totals.inputTokens).toBe(mechanisms[0]!.totals.inputTokens);
    expect(other.mechanisms[0]!.recall).toEqual({ asked: 0, known: 0 });
    expect(await here.run(['memory', '--session', 'trp'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'chain: there is no session "trp" (did you mean "trip"?)\n       chain chat --list shows those that there are.\n',
    });
  });

  it('is the same in a file that it was saved to', async () => {
    await here.perform(['chat', '--model', 'offline', '--quiet'], {
      stdin: 'My name is Ada.\nWhat is my name?\n/save ./trip.json\n',
    });
    const { model, mechanisms } = await document(['trip.json', '--memory', 'buffer']);
    expect([model, mechanisms[0]!.turns.length]).toEqual(['offline', 2]);
    here.write('newer.json', '{"schema": 2}');
    expect((await measure(['newer.json'])).stderr).toContain('it is of a newer version (schema 2)');
  });
});

describe('--svg', () => {
  it('writes a picture, in place of the one before, and the tables all the same', async () => {
    here.write('out/memory.svg', 'the old one');
    const { code, stdout, stderr } = await measure([
      `${SAMPLES}forty-turns-zh.yaml`,
      '--svg',
      'out/memory.svg',
    ]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Cheaper than buffer');
    const picture = parseXml(here.read('out/memory.svg'));
    const shown = findAll(picture, 'text').map(textOf);
    expect(shown).toContain('一位客人和一家旧木家具铺，把巷子里的老粮铺收拾成茶馆，从开春到开张。');
    expect(shown.filter((one) => one === 'summary (simulated)')).toHaveLength(3);
  });

  it('makes its folders', async () => {
    const { code } = await measure(['shop.yaml', '--memory', 'buffer', '--svg', 'new/dir/memory.svg']);
    expect([code, here.read('new/dir/memory.svg').slice(0, 4)]).toEqual([0, '<svg']);
  });

  it('that cannot be written is told before anything is asked', async () => {
    const server = await counting();
    const outcome = await measure(['shop.yaml', '--svg', 'shop.yaml/memory.svg'], at(server));
    expect(outcome).toEqual({
      code: 2,
      stdout: '',
      stderr: 'chain: --svg shop.yaml/memory.svg: a part of its path is a file\n',
    });
    expect(server.received).toEqual([]);
    expect((await here.run(['memory', 'shop.yaml', '--svg', '.'], at(server))).stderr).toBe(
      'chain: --svg .: is a folder\n',
    );
  });
});

describe('what is wrong', () => {
  it.each<[string, string[], RegExp]>([
    ['no conversation', [], /^chain: no conversation\n {7}chain memory conversation\.yaml, or/],
    ['two of them', ['shop.yaml', '--session', 'trip'], /^chain: a conversation file and --session at once/],
    ['a file that is missing', ['none.yaml'], /^chain: none\.yaml: no such file\n$/],
    ['a file that is wrong', ['wrong.yaml'], /^chain: .*wrong\.yaml:1:1.*"turns"/],
    ['an empty file', ['empty.txt'], /^chain: .*there are no turns/],
    [
      'kinds of memory',
      ['shop.yaml', '--memory', 'bufer,window'],
      /^chain: there is no memory "bufer" \(did you mean "buffer"\?\); the memory "window" takes a number/,
    ],
    ['no kinds of memory', ['shop.yaml', '--memory', ''], /^chain: there is no memory ""/],
    ['charts on stdout', ['shop.yaml', '--svg', '-'], /^chain: --svg - is no file\n {7}Name one/],
    ['no turns', ['shop.yaml', '--turns', '0'], /whole number from 1 up/],
    [
      'no key, where a model has to be asked',
      ['shop.yaml', '--model', 'gpt-5-mini'],
      /^chain: summary, summary-buffer:650: gpt-5-mini can't be asked: OPENAI_API_KEY is not set\n.*Without a model there are/,
    ],
  ])('%s', async (_, args, message) => {
    here.write('wrong.yaml', 'description: nothing said\n');
    here.write('empty.txt', '\n\n');
    const { code, stdout, stderr } = await measure([...args, '--log', 'run.log', '--json']);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(existsSync(here.path('run.log'))).toBe(false);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 1, error: { message: expect.any(String) } });
  });

  it.skipIf(process.platform === 'win32')('says no more than a name may say', async () => {
    here.write('a\x1b[31mb.txt', 'Hello\n');
    const { stdout } = await measure(['a\x1b[31mb.txt', '--memory', 'buffer']);
    expect(stdout).toMatch(/^ab\.txt · 1 turn/);
  });
});

describe.skipIf(!requires('tmux'))('on a terminal', () => {
  const open = (args: readonly string[], env: Readonly<Record<string, string>>) =>
    openTerminal(commandLine(here.folder, ['memory', ...args], { env }), here.folder);

  it('does not wait for a conversation', async () => {
    const terminal = await open(['-'], {});
    expect(await terminal.sees(/\[exit 2\]/)).toMatch(
      /^chain: the conversation - is standard input, which is a terminal/,
    );
  });

  it('says which turn it is while models answer, and nothing of it stays', async () => {
    const answer = withResolvers();
    const server = await serve(async (response) => {
      await answer.promise;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(text('Ada.', 'stop') + DONE);
    });
    const args = ['shop.yaml', '--turns', '1', '--memory', 'summary'];
    const terminal = await open(args, { OPENAI_BASE_URL: server.baseUrl });
    expect(await terminal.sees(/turn 1 of 1$/)).toMatch(/^\S summary: turn 1 of 1$/);
    answer.resolve();
    expect(await terminal.sees(/\[exit 0\]/)).toMatch(/^shop\.yaml · 1 turn/);
  });

  it('has colours, unless they are not wanted', async () => {
    const args = ['shop.yaml', '--memory', 'buffer,window:1'];
    const colored = await open(args, {});
    await colored.sees(/\[exit 0\]/);
    expect(await colored.screen('styled')).toMatch(/\x1b\[31ma/);
    const plain = await open(args, { NO_COLOR: '1' });
    await plain.sees(/\[exit 0\]/);
    expect(await plain.screen('styled')).not.toContain('\x1b');
  });
});
