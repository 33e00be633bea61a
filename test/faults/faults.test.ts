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

  it.concurrent.for(possible)('$fault', async (one, { expect, onTestFinished }) => {
    const here = makeWorkspace(onTestFinished);
    const origin = one.at?.(server) ?? server.http;
    const outcome = await perform(here, command, one, `${origin}/${pathOf(one)}/${name}/v1`);

    const { answer = '', error } = one;
    expect({ ...outcome, calls: server.calls(one, name) }).toEqual({
      code: exitOf(one),
      stdout: command.stdout(answer, exitOf(one) !== 0),
      stderr: error === undefined ? '' : told(error, new URL(origin).host) + (command.after ?? ''),
      calls: one.calls,
    });
    const log = here.events('log.jsonl');
    expect(log.findLast(({ type }) => type === 'llmEnd' || type === 'llmError')).toMatchObject({
      type: exitOf(one) === 0 ? 'llmEnd' : 'llmError',
      text: answer,
      ...one.logged,
    });
    const waits = log.filter(({ type }) => type === 'retry').map(({ delayMs }) => delayMs);
    expect(waits).toEqual(one.waits ?? waits);
    expect(here.read('log.jsonl')).not.toContain(KEY);
  });
});

async function perform(
  here: Workspace,
  { args, stdin = '' }: FaultCommand,
  { flags = [], env, interrupt }: FaultCase,
  baseUrl: string,
): Promise<Outcome> {
  here.write('hi.txt', 'Say hello.\n');
  here.write('certificate.pem', CERTIFICATE);
  const running = here.start([...args, '--quiet', '--log', 'log.jsonl', ...flags], {
    env: { OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: KEY, ...env?.(server) },
    stdin,
  });
  if (interrupt !== undefined) {
    while (!existsSync(here.path('log.jsonl')) || !here.read('log.jsonl').includes(`"type":"${interrupt}"`)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    running.child.kill('SIGINT');
  }
  const outcome = await running.done;
  return { ...outcome, stderr: everywhere(outcome.stderr) };
}

/** An error as it is shown: its second line, a hint, under the first. */
function told(error: string, host: string): string {
  return `chain: ${error.replace('HOST', host).replace('\n', '\n       ')}\n`;
}

/** What is not the same at all times and on all systems. */
function everywhere(stderr: string): string {
  return stderr
    .replace(/\d{4}-\d\d-\d\dT[\d:]+Z/, 'TIME')
    .replace(/\((EPROTO|ERR_SSL_\w+)\)/, '(TLS)')
    .replace(/no answer from (\S+) \(EAI_AGAIN\)/, 'there is no host $1 (ENOTFOUND)');
}
