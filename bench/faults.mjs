// `npm run bench:faults [-- --details]`: what other clients do where a server fails as in test/faults, beside `chain run`.
// Each has its defaults. Prints how many of each outcome there were, and writes faults.json, from which
// `npx vitest run test/faults/reliability.test.ts -u` makes the tables of docs/reliability.md.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensure, root } from '../scripts/ensure.mjs';
import { askChain } from './fault-chain.mjs';
import { OUTCOMES, outcomeOf } from './fault-outcome.mjs';
import { askPeer, CLIENTS } from './fault-peers.mjs';
import { installPeers } from './peers.mjs';

/** What hasn't ended by then hangs. `chain` waits a minute for the next byte, and LangChain.js as long to ask again. */
const LIMIT_S = 90;
/** Some read one byte of a large event after the other, again and again: that is slow, but it ends. */
const LARGE_LIMIT_S = 300;
const ASKED = {
  apiKey: 'sk-test-0123456789abcdef',
  model: 'gpt-5-mini',
  messages: [{ role: 'user', content: 'Say hello.' }],
};

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({ options: { details: { type: 'boolean', default: false } } });
await ensure();
installPeers();
const folder = mkdtempSync(join(tmpdir(), 'promptchain-faults-'));
const server = spawn(process.execPath, [join(root, 'test', 'faults', 'serve.mjs')], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
try {
  const [line] = await once(createInterface(server.stdout), 'line');
  const { http, certificate, cases: all } = JSON.parse(line);
  writeFileSync(join(folder, 'certificate.pem'), certificate);
  const cases = all.filter(({ interrupted }) => !interrupted);
  const clients = {
    'chain run': askChain,
    ...Object.fromEntries(
      Object.entries(CLIENTS).map(([name, module]) => [name, askPeer.bind(undefined, module)]),
    ),
  };
  const columns = await Promise.all(
    Object.entries(clients).map(async ([name, ask], index) => [
      name,
      await outcomesOf(ask, cases, `client-${index}`, http),
    ]),
  );
  const results = {
    node: process.versions.node,
    limitSeconds: LIMIT_S,
    largeLimitSeconds: LARGE_LIMIT_S,
    packages: JSON.parse(readFileSync(join(here, 'package.json'), 'utf8')).dependencies,
    faults: cases.map(({ fault, fails }, index) => ({
      fault,
      fails,
      outcomes: Object.fromEntries(columns.map(([name, outcomes]) => [name, outcomes[index]])),
    })),
  };
  writeFileSync(join(here, 'faults.json'), `${JSON.stringify(results, null, 2)}\n`);
  for (const [name, outcomes] of columns) console.log(summaryOf(name, outcomes));
} finally {
  server.stdin.end();
  rmSync(folder, { recursive: true, force: true });
}

/** In the order of the cases. */
async function outcomesOf(ask, cases, client, http) {
  const requests = cases.map(({ fault, origin, path, retries, env, large }) => ({
    ...ASKED,
    fault,
    env,
    large,
    limitMs: (large ? LARGE_LIMIT_S : LIMIT_S) * 1000,
    baseURL: `${origin}/${path}/${client}/v1`,
    maxRetries: retries,
  }));
  const { PATH } = process.env;
  const answers = await ask(requests, { folder, environment: { PATH, HOME: folder } });
  const told = new Map(answers.map((one) => [one.fault, one]));
  return Promise.all(
    cases.map(async (one) => {
      const response = await fetch(`${http}/${one.path}/${client}/keys`);
      const outcome = outcomeOf(one, { ...told.get(one.fault), keys: Number(await response.text()) });
      if (values.details && outcome !== 'right') console.log(client, outcome, one, told.get(one.fault));
      return outcome;
    }),
  );
}

function summaryOf(name, outcomes) {
  const counts = OUTCOMES.map((outcome) => [outcome, outcomes.filter((one) => one === outcome).length]);
  return `${name}: ${counts.map(([outcome, count]) => `${outcome} ${count}`).join(', ')}`;
}
