import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { atOnce } from './at-once.mjs';

const chain = join(dirname(dirname(fileURLToPath(import.meta.url))), 'bin', 'chain.js');

/** Two of them wait for as long as they can. */
const CONCURRENCY = 4;

/**
 * Asks for all requests with `chain run`, a few at a time.
 * @returns what its user was told, of each, as `askPeer` does
 */
export async function askChain(requests, { folder, environment }) {
  const outcomes = [];
  await atOnce(requests.length, CONCURRENCY, async (index) => {
    outcomes.push(await run(requests[index], { folder, environment, index }));
  });
  return outcomes;
}

async function run(
  { fault, baseURL, apiKey, model, maxRetries, messages, env, limitMs },
  { folder, environment, index },
) {
  const [template, log] = ['txt', 'jsonl'].map((type) => join(folder, `${index}.${type}`));
  writeFileSync(template, messages[0].content);
  const retries = maxRetries === undefined ? [] : ['--retries', String(maxRetries)];
  const child = spawn(
    process.execPath,
    [chain, 'run', template, '--model', model, '--quiet', '--log', log, ...retries],
    {
      cwd: folder,
      env: { ...environment, OPENAI_BASE_URL: baseURL, OPENAI_API_KEY: apiKey, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const [out, err] = [[], []];
  child.stdout.on('data', (part) => out.push(part));
  child.stderr.on('data', (part) => err.push(part));
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
  const [code, signal] = await once(child, 'close');
  clearTimeout(timer);
  const events = readFileSync(log, 'utf8').trimEnd().split('\n').map(JSON.parse);
  return {
    fault,
    text: Buffer.concat(out).toString().replace(/\n$/, ''),
    error: code === 0 ? null : Buffer.concat(err).toString(),
    toolCalls: events.findLast(({ type }) => type === 'llmEnd')?.toolCalls ?? [],
    attempts: 1 + events.filter(({ type }) => type === 'retry').length,
    ended: signal === null,
  };
}
