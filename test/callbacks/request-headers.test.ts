import { describe, expect, it } from 'vitest';
import { CallbackManager } from '../../src/callbacks/manager.js';
import type { CallbackHandler } from '../../src/events.js';
import { ChatOpenAI } from '../../src/models/chat-openai.js';
import { ScriptedModel } from '../../src/models/scripted.js';
import { DONE, event, reply, serve, stream, text } from '../models/loopback.js';
import { labelled } from '../support/recorder.js';

const answer = stream(text('Hello', 'stop'), event({ choices: [] }), DONE);

/** What a model was asked with these handlers. */
async function headersGiven(...handlers: readonly CallbackHandler[]) {
  const llm = new ScriptedModel({ replies: ['hello'] });
  const manager = new CallbackManager(handlers, { onHandlerError: () => {} });
  await llm.invoke('Hi', { callbacks: manager });
  const failures = manager.failures.map(({ handlerName, error }) => `${handlerName}: ${error}`);
  return { headers: llm.calls[0]?.headers, failures };
}

describe('headers of handlers', () => {
  it('are asked for once a run, after its start, and before its request', async () => {
    const log: string[] = [];
    const ids: string[] = [];
    const handler: CallbackHandler = {
      ...labelled('heard', log),
      async onChatModelStart({ runId }) {
        await new Promise(setImmediate);
        ids.push(runId);
      },
      requestHeaders(runId) {
        log.push('asked');
        ids.push(runId);
        return { 'x-run': runId };
      },
    };
    const llm = new ScriptedModel({
      replies: [{ text: 'a b', retries: [{ delayMs: 0, reason: 'busy' }] }],
    });
    const { runId } = await llm.invoke('Hi', { callbacks: [handler] });
    expect(log).toEqual([
      'heard chatModelStart',
      'asked',
      'heard retry',
      'heard llmNewToken',
      'heard llmNewToken',
      'heard llmEnd',
    ]);
    expect(ids).toEqual([runId, runId]);
    expect(llm.calls[0]?.headers).toEqual({ 'x-run': runId });
  });

  it('are none where no handler has them', async () => {
    expect(await headersGiven(labelled('other', []))).toEqual({ headers: undefined, failures: [] });
    expect(await headersGiven({ requestHeaders: () => undefined })).toEqual({
      headers: undefined,
      failures: [],
    });
  });

  it.each([
    ['https://api.example.org/v1', { address: 'api.example.org', port: 443 }],
    ['http://ann:geheim@example.org/v1?key=1', { address: 'example.org', port: 80 }],
    ['http://[::1]:8080/v1', { address: '::1', port: 8080 }],
    ['no address', undefined],
  ])('are told where the request goes: %s', async (baseUrl, expected) => {
    class Elsewhere extends ScriptedModel {
      protected override get baseUrl(): string {
        return baseUrl;
      }
    }
    const servers: unknown[] = [];
    const handler: CallbackHandler = {
      requestHeaders(_runId, server) {
        servers.push(server);
        return undefined;
      },
    };
    for (const llm of [new Elsewhere({ replies: ['x'] }), new ScriptedModel({ replies: ['x'] })]) {
      await llm.invoke('Hi', { callbacks: [handler] });
    }
    expect(servers).toEqual([expected, undefined]);
  });

  it('are joined, and of one name the first handler’s counts', async () => {
    const { headers } = await headersGiven(
      { requestHeaders: () => ({ 'X-A': '1', 'x-b': '1' }) },
      { requestHeaders: () => ({ 'x-a': '2', 'x-c': '2' }) },
    );
    expect(headers).toEqual({ 'x-a': '1', 'x-b': '1', 'x-c': '2' });
  });

  it.each<[what: string, given: unknown, failure: string]>([
    ['a line break', { 'x-a': '1\n2' }, 'that can\'t be sent: "x-a"'],
    ['no text', { 'x-a': 1 }, 'that can\'t be sent: "x-a"'],
    ['no name', { 'x a': '1' }, 'that can\'t be sent: "x a"'],
  ])('with %s in them are reported, and the run goes on', async (_, given, failure) => {
    const wrong = { name: 'wrong', requestHeaders: () => given as Record<string, string> };
    const right = { requestHeaders: () => ({ 'x-right': 'yes' }) };
    expect(await headersGiven(wrong, right)).toEqual({
      headers: { 'x-right': 'yes' },
      failures: [`wrong: ChainError: requestHeaders gave a header ${failure}`],
    });
  });

  it('whose handler throws are reported, and the run goes on', async () => {
    const broken: CallbackHandler = {
      name: 'broken',
      requestHeaders() {
        throw new Error('out of ink');
      },
    };
    expect(await headersGiven(broken)).toEqual({
      headers: undefined,
      failures: ['broken: Error: out of ink'],
    });
  });

  it('go with every attempt, and don’t touch the model’s own', async () => {
    const server = await serve(reply(503, { error: { message: 'busy' } }, { 'retry-after': '0' }), answer);
    const llm = new ChatOpenAI({
      model: 'gpt-5-mini',
      baseUrl: server.baseUrl,
      apiKey: 'sk-test-0123456789abcdef',
      headers: { 'X-Mine': 'model' },
    });
    const handler: CallbackHandler = {
      requestHeaders: () => ({
        traceparent: '00-1-2-01',
        'x-mine': 'handler',
        authorization: 'handler',
        'content-type': 'handler',
        'user-agent': 'handler',
      }),
    };
    await llm.invoke('Hi', { callbacks: [handler] });
    const seen = server.received.map(({ headers }) =>
      ['traceparent', 'x-mine', 'authorization', 'content-type', 'user-agent'].map((name) => headers[name]),
    );
    const once = ['00-1-2-01', 'model', 'Bearer sk-test-0123456789abcdef', 'application/json', 'promptchain'];
    expect(seen).toEqual([once, once]);
  });
});
