import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { CERTIFICATE } from '../support/certificate.js';
import { makeWorkspace, type Outcome, type Workspace } from '../support/run-cli.js';
import { COMMANDS, type FaultCommand } from './commands.js';
import { exitOf, type FaultCase, pathOf } from './fault-case.js';
import { type FaultServer, startFaultServer } from './fault-server.js';
import { HTTP_CASES } from './http-cases.js';
import { STREAM_CASES } from './stream-cases.js';

const KEY = 'sk-test-0123456789abcdef';
const CASES = [...HTTP_CASES, ...STREAM_CASES];

let server: FaultServer;
beforeAll(async () => {
  server = await startFaultServer(CASES);
});
afterAll(() => server.close());

describe.each(Object.entries(COMMANDS))('chain %s', (name, command) => {
  const possible = CASES.filter(({ interrupt }) => interrupt === undefined || process.platform !== 'win32');
  const rows = possible.map((one) => [one.fault, one] as const);

  it.concurrent.for(rows)('%s', async ([, one], { expect, onTestFinished }) => {
    const here = makeWorkspace(onTestFinished);
    const baseUrl = new URL(`${one.at?.(server) ?? server.http}/${pathOf(one)}/${name}/v1`);
    const outcome = await perform(here, command, one, baseUrl);

    const { answer = '', error, code, logged, waits } = one;
    expect({ ...outcome, calls: server.calls(one, name) }).toEqual({
      code: exitOf(one),
      stdout: command.stdout(answer, exitOf(one) !== 0),
      stderr: error === undefined ? '' : `chain: ${error.replace('\n', '\n       ')}\n${command.after ?? ''}`,
      calls: one.calls,
    });
    const log = here.events('log.jsonl');
    expect(log.findLast(({ type }) => type === 'llmEnd' || type === 'llmError')).toMatchObject({
      type: exitOf(one) === 0 ? 'llmEnd' : 'llmError',
      text: answer,
      ...(code !== undefined && { error: { code } }),
      ...logged,
    });
    const waited = log.filter(({ type }) => type === 'retry').map(({ delayMs }) => delayMs);
    expect(waited).toEqual(waits ?? waited);
    expect(here.read('log.jsonl')).not.toContain(KEY);
  });
});

async function perform(
  here: Workspace,
  { args, stdin = '' }: FaultCommand,
  { flags = [], env, interrupt }: FaultCase,
  baseUrl: URL,
): Promise<Outcome> {
  here.write('hi.txt', 'Say hello.\n');
  here.write('certificate.pem', CERTIFICATE);
  const running = here.start([...args, '--quiet', '--log', 'log.jsonl', ...flags], {
    env: { OPENAI_BASE_URL: baseUrl.href, OPENAI_API_KEY: KEY, ...env?.(server) },
    stdin,
  });
  if (interrupt !== undefined) {
    const log = here.path('log.jsonl');
    while (!existsSync(log) || !here.read('log.jsonl').includes(`"type":"${interrupt}"`)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    running.child.kill('SIGINT');
  }
  const outcome = await running.done;
  return { ...outcome, stderr: everywhere(outcome.stderr, baseUrl) };
}

/** As it is on all systems, at all times, and of all servers. */
function everywhere(stderr: string, { host, port, pathname }: URL): string {
  return stderr
    .replaceAll(host, 'HOST')
    .replaceAll(`:${port}${pathname}`, ':PORT/v1')
    .replace(/\d{4}-\d\d-\d\dT[\d:]+Z/, 'TIME')
    .replace(/ERR_SSL_\w+/, 'EPROTO')
    .replace('no answer from HOST (EAI_AGAIN)', 'there is no host HOST (ENOTFOUND)');
}
