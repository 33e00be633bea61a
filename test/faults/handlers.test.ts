import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { makeWorkspace, type Workspace } from '../support/run-cli.js';
import { COMMANDS } from './commands.js';
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

type Answer = (typeof REPLIES)[number]['fault'];

describe('handlers that break nothing, all at once', () => {
  const FLOATING = HANDLER_CASES.map(({ told = '' }) => told).join('');

  it.concurrent.for([
    ['whole', WHOLE, 0],
    ['broken', BROKEN, 1],
  ] as const)(
    'chain run, of an answer that is %s',
    async ([answer, types, code], { expect, onTestFinished }) => {
      const outcome = await heard(makeWorkspace(onTestFinished), answer, HANDLER_CASES, ['run', 'hi.txt']);
      expect(outcome).toEqual({
        code,
        stdout: 'Hello\n',
        stderr: FLOATING + warnings(types, types) + (code === 0 ? '' : CUT),
        logged: types,
        others: types,
      });
    },
  );

  it.concurrent('chain chat, a turn of each', async ({ expect, onTestFinished }) => {
    const outcome = await heard(makeWorkspace(onTestFinished), 'both', HANDLER_CASES, ['chat'], 'Hi\nHo\n');
    const all = [...WHOLE, ...BROKEN];
    // One that hangs is skipped once in each turn, at each of its seven kinds of event.
    const times = all.length + all.length + 2 * new Set(WHOLE).size;
    const sum = `warning: callback handlers failed ${times} times in all\n`;
    const [first, second] = [WHOLE, KINDS.filter((type) => type.endsWith('Error'))].map((types) =>
      warnings(types),
    );
    expect(outcome).toEqual({
      code: 1,
      stdout: 'Hello\nHello\n',
      stderr: `${FLOATING}${first}${FLOATING}${second}${CUT}${sum}chain: 1 of 2 inputs failed\n`,
      logged: all,
      others: all,
    });
  });
});

describe('a handler that ends the command', () => {
  const ENDING = ENDING_CASES.flatMap((one) =>
    Object.entries(COMMANDS).map(([name, command]) => [one.fault, name, one, command] as const),
  );
  it.concurrent.for(ENDING)(
    '%s: chain %s',
    async ([, , one, { args, stdin }], { expect, onTestFinished }) => {
      const { told: stderr = '', exit, logged = [], others = logged } = one;
      const answer = logged.includes('retry') && logged.includes('llmError') ? 'broken' : 'whole';
      const outcome = await heard(makeWorkspace(onTestFinished), answer, [one], args, stdin);
      const tokens = logged.filter((type) => type === 'llmNewToken').length;
      const stdout = ['', 'Hel\n', 'Hello\n'][tokens];
      expect(outcome).toEqual({ code: exit, stdout, stderr, logged, others });
    },
  );

  it.concurrent('calls `process.exit` in the second turn of a chat loses only that', async ({
    expect,
    onTestFinished,
  }) => {
    const here = makeWorkspace(onTestFinished);
    const handlers = "[{ onLLMNewToken({ token }) { if (token === 'sk-test') process.exit(7); } }]";
    const args = ['chat', '--session', 's'];
    const { code, stdout, logged } = await heard(here, 'secret', [{ handlers }], args, 'Hi\nHo\n');
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
  cases: readonly Pick<HandlerCase, 'handlers'>[],
  args: readonly string[],
  stdin = '',
) {
  here.write('hi.txt', 'Say hello.\n');
  here.write('own.mjs', moduleOf(cases));
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

/** @param heard all that came, where it is told how often each failed */
function warnings(types: readonly string[], heard: readonly string[] = []): string {
  const lines = [...new Set(types)].flatMap((type) =>
    HANDLER_CASES.flatMap(({ warning }) => {
      if (warning === undefined) return [];
      const { handler, text, skipped } = warning;
      const times = skipped ? 1 : heard.filter((each) => each === type).length;
      const count = times > 1 ? ` (${times} times)` : '';
      return `warning: callback handler ${handler} failed on ${type}: ${text}${count}\n`;
    }),
  );
  return lines.join('');
}
