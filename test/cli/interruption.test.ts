import { execFileSync } from 'node:child_process';
import type { ServerResponse } from 'node:http';
import { beforeEach, describe, expect, it } from 'vitest';
import { DONE, delta, event, reply, serve, text, USAGE } from '../models/loopback.js';
import { makeWorkspace, type Workspace } from '../support/run-cli.js';

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
  here.write('hi.txt', 'Say hello.\n');
});

const RUN = ['run', 'hi.txt', '--log', 'run.jsonl'];
const NO_SIGNALS = process.platform === 'win32';

/** Begins an answer and never ends it. */
function begin(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(text('Hel'));
}

function at({ baseUrl }: { readonly baseUrl: string }) {
  return { env: { OPENAI_BASE_URL: baseUrl } };
}

function loggedEnds() {
  return here
    .events('run.jsonl')
    .filter(({ type }) => /End|Error/.test(type as string))
    .map(({ type, error }) => `${type} ${(error as { code?: string } | undefined)?.code}`);
}

const ABORTED = ['llmError aborted', 'chainError aborted'];

describe.skipIf(NO_SIGNALS)('a signal', () => {
  it('--json: the failure, with what had come', async () => {
    here.write('h.mjs', 'export const h = { onLLMNewToken({ token }) { console.error(token); } };');
    const server = await serve(begin);
    const running = here.start([...RUN, '--json', '--callback', 'h.mjs'], at(server));
    await running.sees('Hel');
    running.child.kill('SIGINT');
    const { code, stdout } = await running.done;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toEqual({
      schema: 1,
      error: { code: 'aborted', message: 'interrupted by SIGINT' },
      text: 'Hel',
    });
  });

  it('--output: what had come is beside the file', async () => {
    here.write('h.mjs', 'export const h = { onLLMNewToken({ token }) { console.error(token); } };');
    const server = await serve(begin);
    const running = here.start([...RUN, '--output', 'a.txt', '--callback', 'h.mjs'], at(server));
    await running.sees('Hel');
    running.child.kill('SIGINT');
    expect((await running.done).code).toBe(130);
    expect(here.read('a.txt.partial')).toBe('Hel\n');
    expect(() => here.read('a.txt')).toThrow('ENOENT');
  });

  it('while standard input is waited for', async () => {
    const preload = here.write(
      'ready.mjs',
      "process.on('newListener', (name) => name === 'SIGTERM' && setTimeout(() => console.error('ready'), 50));",
    );
    const running = here.start(['run', '-'], {
      stdin: 'open',
      command: [process.execPath, '--import', preload],
    });
    await running.sees('ready');
    running.child.kill('SIGINT');
    expect((await running.done).code).toBe(130);
  });

  it.skipIf(process.platform === 'win32').each([
    ['trace', 'show', 'pipe'],
    ['trace', 'stats', 'pipe'],
    ['run', 'pipe'],
  ])('while a pipe that nobody writes is waited for: %s %s %s', async (...args) => {
    execFileSync('mkfifo', [here.path('pipe')]);
    const running = here.start(args);
    const kill = setInterval(() => running.child.kill('SIGINT'), 50);
    await running.done.finally(() => clearInterval(kill));
    expect(running.child.signalCode).toBe('SIGINT');
  });

  it('while nobody reads the answer', async () => {
    here.write(
      'h.mjs',
      "export const h = { onLLMNewToken({ index }) { if (index === 0) console.error('began'); } };",
    );
    const server = await serve((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (let count = 0; count < 400; count++) response.write(text('x'.repeat(10_000)));
    });
    const running = here.start([...RUN, '--callback', 'h.mjs'], at(server));
    running.child.stdout.pause();
    await running.sees('began');
    await new Promise((resolve) => setTimeout(resolve, 300));
    running.child.kill('SIGTERM');
    await new Promise((resolve) => running.child.once('exit', resolve));
    expect(running.child.exitCode).toBe(143);
    expect(loggedEnds()).toEqual(ABORTED);
  });
});

describe('a reader of the answer', () => {
  it('who is slow gets all of it', async () => {
    const whole = 'x'.repeat(10_000).concat('\n').repeat(200);
    const server = await serve((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (let count = 0; count < 200; count++) response.write(text('x'.repeat(10_000).concat('\n')));
      response.end(event(delta({}, 'stop')) + event({ choices: [], usage: USAGE }) + DONE);
    });
    const running = here.start(RUN, at(server));
    await running.sees('x');
    running.child.stdout.pause();
    await new Promise((resolve) => setTimeout(resolve, 200));
    running.child.stdout.resume();
    const { code, stdout } = await running.done;
    expect(code).toBe(0);
    expect(stdout === whole).toBe(true);
  });

  it('who is slow gets all of an answer that came at once', async () => {
    const whole = 'x'.repeat(2_000_000);
    const choices = [{ index: 0, message: { role: 'assistant', content: whole }, finish_reason: 'stop' }];
    const server = await serve(reply(200, { model: 'm', choices, usage: USAGE }));
    const running = here.start([...RUN, '--no-stream'], at(server));
    running.child.stdout.pause();
    await running.sees('tokens (reported)');
    await new Promise((resolve) => setTimeout(resolve, 200));
    running.child.stdout.resume();
    const { code, stdout } = await running.done;
    expect({ code, whole: stdout === `${whole}\n` }).toEqual({ code: 0, whole: true });
  });
});
