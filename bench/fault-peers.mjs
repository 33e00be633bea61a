import { fork } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** Others' clients, as the tables call them, and their modules in fault-clients/. */
export const CLIENTS = {
  'openai, iterator': 'openai-iterator',
  'openai, `.stream()`': 'openai-stream',
  'AI SDK, `fullStream`': 'ai-sdk-full-stream',
  'AI SDK, `textStream`': 'ai-sdk-text-stream',
  'LangChain.js': 'langchain',
};

/**
 * Asks for all requests, at once, through a client in processes of its own: one for each environment, and for each
 * request with a large answer.
 * @returns what the caller was told, of each
 * @throws Error where a process ends of which nobody knows whose fault it was
 */
export async function askPeer(module, requests, { folder, environment }) {
  const groups = new Map();
  for (const request of requests) {
    const key = JSON.stringify([request.env, request.large && request.fault]);
    groups.set(key, [...(groups.get(key) ?? []), request]);
  }
  const outcomes = [...groups.values()].map((group) =>
    askGroup(module, group, { folder, env: { ...environment, ...group[0].env } }),
  );
  return (await Promise.all(outcomes)).flat();
}

async function askGroup(module, requests, { folder, env }) {
  const child = fork(join(here, 'programs', 'ask-faults.mjs'), [module], {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const said = [];
  child.stderr.on('data', (part) => said.push(part));
  const closed = once(child, 'close').then(([code]) => {
    throw new Error(`${module} ended with ${code}: ${Buffer.concat(said)}`);
  });
  try {
    await Promise.race([once(child, 'message'), closed]);
    child.send(requests);
    const [outcomes] = await Promise.race([once(child, 'message'), closed]);
    return outcomes;
  } finally {
    closed.catch(() => {});
    child.kill();
  }
}
