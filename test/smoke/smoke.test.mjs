// What must work on every Node that is supported, with the built package and nothing else: run by
// `npm run test:nodes` with other Nodes, and by test/repo/smoke.test.ts with this one.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as promptchain from 'promptchain';
import { ScriptedModel } from 'promptchain/testing';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The command in a home of its own, with no key and no model chosen. */
function chain(...args) {
  const home = mkdtempSync(join(tmpdir(), 'smoke-'));
  const own = /^(OPENAI_|CHAIN_|OTEL_|TRACEPARENT$|XDG_|NODE_TEST_CONTEXT$|FORCE_COLOR$|NODE_OPTIONS$)/;
  const inherited = Object.entries(process.env).filter(([name]) => !own.test(name));
  const env = { ...Object.fromEntries(inherited), HOME: home, USERPROFILE: home };
  try {
    const command = [join(root, 'bin', 'chain.js'), ...args];
    return spawnSync(process.execPath, command, { cwd: root, env, encoding: 'utf8', input: '' });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

test('chain --version', () => {
  const { stdout, stderr, status } = chain('--version');
  assert.deepEqual({ stdout, stderr, status }, { stdout: `${version}\n`, stderr: '', status: 0 });
});

test('chain run, offline', () => {
  const { stdout, stderr, status } = chain('run', 'sample-prompts/add.txt', '--var', 'number=2');
  assert.deepEqual({ stdout, status }, { stdout: '3\n', status: 0 });
  assert.match(stderr, /offline, not a language model/);
});

test('a conversation remembers, and its memory is counted apart', async () => {
  const { ConversationChain, ConversationSummaryBufferMemory, OfflineModel, withTokenCounter } = promptchain;
  const llm = new OfflineModel();
  const memory = new ConversationSummaryBufferMemory({ llm, maxTokenLimit: 15 });
  const conversation = new ConversationChain({ llm, memory });
  const counter = await withTokenCounter(async (tokens) => {
    await Promise.all(
      ['She likes pink roses.', 'They are for her birthday.'].map((text) => conversation.run(text)),
    );
    return tokens;
  });
  assert.match(await conversation.run('Which roses does she like?'), /She likes pink roses\./);
  assert.deepEqual(
    counter.byTurn.map(({ turn, memory: own }) => [turn, own.runs]),
    [
      [1, 1],
      [2, 1],
    ],
  );
});

test('a chain with handlers, in a program', async () => {
  const { LLMChain, OfflineModel, PromptTemplate, TokenCounter, withTokenCounter } = promptchain;
  const heard = [];
  const llm = new OfflineModel();
  const prompt = PromptTemplate.fromTemplate('1 + {number} = ');
  const callbacks = [{ onEvent: ({ type, name }) => heard.push(`${name} ${type}`) }];
  const sum = new LLMChain({ llm, prompt });

  let counter;
  const text = await withTokenCounter(async (tokens) => {
    counter = tokens;
    return sum.run({ number: 2 }, { callbacks });
  });

  assert.equal(text, '3');
  assert.deepEqual(heard, [
    'LLMChain chainStart',
    'LLMChain text',
    'OfflineModel chatModelStart',
    'OfflineModel llmNewToken',
    'OfflineModel llmEnd',
    'LLMChain chainEnd',
  ]);
  assert.ok(counter instanceof TokenCounter);
  assert.ok(counter.totalTokens > 0);
});

test('runs become spans and measurements', async () => {
  const { LLMChain, OfflineModel, OpenTelemetryCallbackHandler, PromptTemplate } = promptchain;
  const received = {};
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    received[request.url] = Buffer.concat(chunks).toString('latin1');
    response.end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const handler = new OpenTelemetryCallbackHandler({ endpoint: `http://127.0.0.1:${server.address().port}` });
  const prompt = PromptTemplate.fromTemplate('1 + {number} = ');
  const sum = new LLMChain({ llm: new OfflineModel(), prompt });
  await sum.run({ number: 2 }, { callbacks: [handler] });
  await handler.close();
  server.closeAllConnections();
  server.close();
  assert.match(received['/v1/traces'], /invoke_workflow LLMChain/);
  assert.match(received['/v1/traces'], /chat offline/);
  assert.match(received['/v1/metrics'], /gen_ai\.client\.operation\.duration/);
});

test('promptchain and promptchain/testing are of one piece', async () => {
  const { ChainError, ChatOpenAI, LLMChain, Model, PromptTemplate } = promptchain;
  const llm = new ScriptedModel({ replies: ['hello', 'rate_limited'].map((text) => ({ text })) });
  assert.ok(llm instanceof Model);
  assert.ok(new ChatOpenAI({ apiKey: 'none' }) instanceof Model);
  const sum = new LLMChain({ llm, prompt: PromptTemplate.fromTemplate('{a}') });
  assert.equal(await sum.run({ a: 'x' }), 'hello');
  await assert.rejects(
    sum.run({}),
    (error) => error instanceof ChainError && error.code === 'missing_variable',
  );
});

test('every exported class has its own name', () => {
  const classes = Object.entries(promptchain).filter(([, value]) => /^class\b/.test(String(value)));
  const aliases = { AsyncCallbackHandler: 'BaseCallbackHandler' };
  assert.ok(classes.length > 5);
  for (const [name, value] of classes) assert.equal(value.name, aliases[name] ?? name);
});

test('CommonJS can require it', { skip: !process.features.require_module }, () => {
  const require = createRequire(import.meta.url);
  assert.equal(require('promptchain').LLMChain, promptchain.LLMChain);
});
