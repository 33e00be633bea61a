import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
const workFolders: string[] = [];

afterAll(() => {
  for (const folder of workFolders) rmSync(folder, { recursive: true, force: true });
});

interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  /** The folder it ran in. */
  readonly folder: string;
}

/** Runs an example in a folder of its own, with nothing of this process's environment that could matter. */
async function run(example: string, env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'chain-example-'));
  workFolders.push(folder);
  const { PATH, SystemRoot, TEMP } = process.env;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [join(examples, example)], {
    cwd: folder,
    env: {
      ...(PATH && { PATH }),
      ...(SystemRoot && { SystemRoot }),
      ...(TEMP && { TEMP }),
      HOME: folder,
      ...env,
    },
  });
  return { stdout, stderr, folder };
}

/** Times, durations and ids are never the same twice. */
function settle(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}/g, 'TIME')
    .replace(/\[[0-9a-f]{8}\]/g, '[RUN]')
    .replace(/\d+ ms|\d+\.\d+ s\b/g, 'N ms');
}

function linesOf(text: string, customer: string): string[] {
  return text.split('\n').filter((line) => line.startsWith(`[${customer}]`));
}

const FLOWER_SHOP = `Fetching flower data...
Flower data fetched. Advising...
Flower data: token: Roses
Flower data: token: ,
Flower data: token:  sunflowers
Flower data: token:  and
Flower data: token:  lilies
Flower data: token: .
Wrapping up the advice...
Have a lovely day!
`;

describe.concurrent('with no key', () => {
  it('callback', async () => {
    const { stdout } = await run('callback.mjs');
    expect(stdout).toBe('The result is: 7\nThe squared result is: 49\n');
  });

  it('callback-async', async () => {
    const { stdout } = await run('callback-async.mjs');
    expect(stdout).toBe(`Main starts...
Starting compute...
Starting another task...
The result is: 7
Finished compute...
Finished another task...
Main ends...
`);
  });

  it('llm-chain', async () => {
    const { stdout, stderr, folder } = await run('llm-chain.mjs');
    expect(settle(stdout)).toBe(`
> Entering new LLMChain chain...
Prompt after formatting:
1 + 2 = 
  > OfflineModel offline (offline)
    Answer:
    3
  < OfflineModel: 13 in + 1 out = 14 tokens (estimated), no price, first token after N ms, took N ms, answered by offline (arithmetic)

> Finished chain.
  took N ms
`);
    expect(settle(stderr)).toBe('TIME | INFO     | 3\n');
    expect(
      settle(readFileSync(join(folder, 'output.log'), 'utf8')),
    ).toBe(`TIME | INFO     | [RUN] chainStart LLMChain {"number":2}
TIME | INFO     | [RUN] text LLMChain prompt: 1 + 2 = 
TIME | INFO     | [RUN] chainEnd LLMChain 13 in + 1 out = 14 tokens (estimated), N ms: {"text":"3"}
TIME | INFO     | 3
`);
  });

  it('flower-shop', async () => {
    const { stdout } = await run('flower-shop.mjs');
    expect(stdout).toBe(FLOWER_SHOP);
  });

  it('three-customers', async () => {
    const { stdout } = await run('three-customers.mjs');
    const lines = stdout.split('\n');
    expect(lines.slice(0, 3)).toEqual([
      '[Ann] looking up the stock...',
      '[Bo] looking up the stock...',
      '[Cy] looking up the stock...',
    ]);
    for (const customer of ['Ann', 'Bo', 'Cy']) {
      expect(linesOf(stdout, customer)).toEqual([
        `[${customer}] looking up the stock...`,
        `[${customer}] stock looked up`,
        `[${customer}] token: Pink`,
        `[${customer}] token:  roses`,
        `[${customer}] token: ,`,
        `[${customer}] token:  of`,
        `[${customer}] token:  course`,
        `[${customer}] token: .`,
        `[${customer}] served, with 23 tokens`,
      ]);
    }
    const found = lines.filter((line) => line.endsWith('stock looked up')).map((line) => line.slice(1, 3));
    expect(found).toEqual(['Cy', 'Bo', 'An']);
    expect(lines.slice(-2)).toEqual(['All served.', '']);
  });

  it('token-counter', async () => {
    const { stdout } = await run('token-counter.mjs');
    expect(stdout).toBe(`Tokens used: 72
48 in + 24 out = 72 tokens (estimated), no price
3 succeeded, 0 failed
Outside of it: 24
`);
  });

  it('conversation', async () => {
    const { stdout } = await run('conversation.mjs');
    const first = 'Human: 我姐姐明天要过生日，我需要一束生日花束。\nAI: 好的，记下了。';
    const second = `${first}\nHuman: 她喜欢粉色玫瑰，颜色是粉色的。\nAI: 好的，记下了。`;
    const third = `${second}\nHuman: 我又来了，还记得我昨天为什么要来买花吗？\nAI: 你说过：“我姐姐明天要过生日，我需要一束生日花束。”`;
    expect(stdout).toBe(
      [
        `Memory after the first turn:\n${first}\n`,
        `Memory after the second turn:\n${second}\n`,
        "The prompt's template:",
        'You are in a conversation with a human. Be helpful and specific, answer in the language of the last message, and say so where you do not know something.',
        '\n{history}\nHuman: {input}\nAI:\n',
        `Memory after the third turn:\n${third}\n`,
        'Turn 1: 59 in, 6 out',
        'Turn 2: 88 in, 6 out',
        'Turn 3: 117 in, 19 out',
        'Tokens used: 295\n',
      ].join('\n'),
    );
  });
});

describe.concurrent('with a key', () => {
  let server: Server;
  let env: Readonly<Record<string, string>>;

  beforeAll(async () => {
    server = createServer(answerWithFlowers).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    env = { OPENAI_API_KEY: 'test-key', OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` };
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('llm-chain asks the completions endpoint', async () => {
    const { stdout, stderr } = await run('llm-chain.mjs', env);
    expect(stdout).toMatch(
      /^\n> Entering new LLMChain chain\.\.\.\nPrompt after formatting:\n1 \+ 2 = \n {2}> OpenAI /,
    );
    expect(stdout).toContain('    Answer:\n    Roses, sunflowers and lilies.\n');
    expect(stdout).toContain('9 in + 4 out = 13 tokens (reported)');
    expect(settle(stderr)).toBe('TIME | INFO     | Roses, sunflowers and lilies.\n');
  });

  it('flower-shop asks the chat endpoint', async () => {
    const { stdout } = await run('flower-shop.mjs', env);
    expect(stdout).toBe(FLOWER_SHOP);
  });

  it('token-counter sums what the server reports', async () => {
    const { stdout } = await run('token-counter.mjs', env);
    expect(stdout).toMatch(
      /^Tokens used: 39\n27 in \+ 12 out = 39 tokens \(reported\), .*\n3 succeeded, 0 failed\nOutside of it: 13\n$/,
    );
  });
});

/** Either endpoint, streamed. */
function answerWithFlowers(
  ...[request, response]: Parameters<Parameters<typeof createServer>[1] & {}>
): void {
  const chat = request.url === '/v1/chat/completions';
  if (!chat && request.url !== '/v1/completions') {
    response.writeHead(404).end();
    return;
  }
  request.resume();
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (body: object) =>
    response.write(`data: ${JSON.stringify({ id: 'x', model: 'm', ...body })}\n\n`);
  for (const text of ['Roses', ',', ' sunflowers', ' and', ' lilies', '.']) {
    send({
      choices: [{ index: 0, finish_reason: null, ...(chat ? { delta: { content: text } } : { text }) }],
    });
  }
  send({ choices: [{ index: 0, finish_reason: 'stop', ...(chat ? { delta: {} } : { text: '' }) }] });
  send({ choices: [], usage: { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 } });
  response.end('data: [DONE]\n\n');
}
