import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { makeWorkspace, type Workspace } from '../support/run-cli.js';
import { pathOf } from './fault-case.js';
import { type FaultServer, startFaultServer } from './fault-server.js';
import {
  BROKEN,
  ENDING_CASES,
  HANDLER_CASES,
  type HandlerCase,
  KINDS,
  moduleOf,
  REPLIES,
  WHOLE,
} from './handler-cases.js';

const CUT = 'chain: HOST broke off before the answer was whole\n';

let server: FaultServer;
beforeAll(async () => {
  server = await startFaultServer(REPLIES);
});
afterAll(() => server.close());

const named = (cases: readonly HandlerCase[]) => cases.map((one) => [one.fault, one] as const);
type Answer = (typeof REPLIES)[number]['fault'];

describe('a handler that breaks nothing', () => {
  it.concurrent.for(named(HANDLER_CASES))('%s: chain run', async ([, one], { expect, onTestFinished }) => {
    const told = (types: readonly string[]) => [...new Set(types)].map((type) => warning(one, type, types));
    const whole = await heard(makeWorkspace(onTestFinished), 'whole', one, ['run', 'hi.txt']);
    expect(whole).toEqual({
      code: 0,
      stdout: 'Hello\n',
      stderr: told(WHOLE).join('') + (one.told ?? ''),
      logged: WHOLE,
      others: WHOLE,
    });
    const broken = await heard(makeWorkspace(onTestFinished), 'broken', one, ['run', 'hi.txt']);
    expect(broken).toEqual({
      code: 1,
      stdout: 'Hello\n',
      stderr: told(BROKEN).join('') + (one.told ?? '') + CUT,
      logged: BROKEN,
      others: BROKEN,
    });
  });

  it.concurrent.for(named(HANDLER_CASES))('%s: chain chat', async ([, one], { expect, onTestFinished }) => {
    const outcome = await heard(makeWorkspace(onTestFinished), 'both', one, ['chat'], 'Hi\nHo\n');
    const all = [...WHOLE, ...BROKEN];
    const times = isSkipped(one) ? 2 * new Set(WHOLE).size : all.length;
    const sum = `warning: callback handlers failed ${times} times in all\n`;
    const told = [
      ...KINDS.map((type) => warning(one, type)),
      ...(one.told === undefined ? [] : [one.told, one.told]),
      ...[CUT, one.warning === undefined ? '' : sum, 'chain: 1 of 2 inputs failed\n'],
    ];
    expect(outcome).toEqual({
      code: 1,
      stdout: 'Hello\nHello\n',
      stderr: told.join(''),
      logged: all,
      others: all,
    });
  });
});

describe('a handler that ends the command', () => {
  it.concurrent.for(named(ENDING_CASES))('%s', async ([, one], { expect, onTestFinished }) => {
    const { told: stderr = '', exit, logged = [], others = logged } = one;
    const answer = logged.includes('retry') && logged.includes('llmError') ? 'broken' : 'whole';
    const outcome = await heard(makeWorkspace(onTestFinished), answer, one, ['run', 'hi.txt']);
    const tokens = logged.filter((type) => type === 'llmNewToken').length;
    const stdout = ['', 'Hel\n', 'Hello\n'][tokens];
    expect(outcome).toEqual({ code: exit, stdout, stderr, logged, others });
  });

  it.concurrent('calls `process.exit` in the second turn of a chat loses only that', async ({
    expect,
    onTestFinished,
  }) => {
    const here = makeWorkspace(onTestFinished);
    const handlers = "[{ onLLMNewToken({ token }) { if (token === 'sk-test') process.exit(7); } }]";
    const args = ['chat', '--session', 's'];
    const { code, stdout, logged } = await heard(here, 'secret', { handlers }, args, 'Hi\nHo\n');
    expect({ code, stdout }).toEqual({ code: 7, stdout: 'Hello\nsk-test\n' });
    expect(logged.slice(-4)).toEqual(['chainStart', 'text', 'chatModelStart', 'llmNewToken']);
    const { turns } = JSON.parse(here.read('home/.local/share/chain/sessions/s.json'));
    expect(turns).toMatchObject([{ input: 'Hi', output: 'Hello' }]);
  });
});

/** What was said, but for its summary, and heard. */
async function heard(
  here: Workspace,
  answer: Answer,
  one: Pick<HandlerCase, 'handlers'>,
  args: readonly string[],
  stdin = '',
) {
  here.write('hi.txt', 'Say hello.\n');
  here.write('own.mjs', moduleOf(one));
  const baseUrl = new URL(`${server.http}/${pathOf({ fault: answer })}/${here.folder.split('-').at(-1)}/v1`);
  const { stderr, ...outcome } = await here.run([...args, '--log', 'log.jsonl', '--callback', 'own.mjs'], {
    env: { OPENAI_BASE_URL: baseUrl.href, OPENAI_API_KEY: 'sk-test-0123456789abcdef' },
    stdin,
  });
  return {
    ...outcome,
    stderr: stderr.replace(/^(gpt-5-mini|\d turns?) · .*\n/gm, '').replaceAll(baseUrl.host, 'HOST'),
    logged: linesOf(here, 'log.jsonl').map((line) => JSON.parse(line).type),
    others: linesOf(here, 'heard.txt'),
  };
}

const linesOf = (here: Workspace, file: string): string[] =>
  existsSync(here.path(file)) ? here.read(file).split('\n').slice(0, -1) : [];

/** @param types all that came, where it is told how often it failed */
function warning(one: HandlerCase, type: string, types: readonly string[] = []): string {
  if (one.warning === undefined) return '';
  const times = isSkipped(one) ? 1 : types.filter((each) => each === type).length;
  const count = times > 1 ? ` (${times} times)` : '';
  return `warning: callback handler ${type} failed on ${type}: ${one.warning.replace('NAME', type)}${count}\n`;
}

/** After the first time it hears nothing more of that run. */
const isSkipped = ({ warning: text = '' }: HandlerCase) => text.includes('hears nothing more');
