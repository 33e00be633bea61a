import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { afterTest } from '../support/teardown.js';
import type { ClientCase } from './client-case.js';

it('serve.mjs starts the server alone, until its standard input ends', async () => {
  const child = spawn(process.execPath, [fileURLToPath(new URL('serve.mjs', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  afterTest(() => child.kill());
  const [line] = await once(createInterface(child.stdout), 'line');
  const cases: readonly ClientCase[] = JSON.parse(line).cases;
  const { origin, path, calls } = cases.find(({ fault }) => fault === '429 for want of credit')!;
  const place = `${origin}/${path}/me`;
  const headers = { authorization: 'Bearer none' };
  const response = await fetch(`${place}/v1/chat/completions`, { method: 'POST', body: '{}', headers });
  const told = async (what: string) => Number(await (await fetch(`${place}/${what}`)).text());
  expect([response.status, await told('calls'), await told('keys')]).toEqual([429, calls, 1]);
  child.stdin.end();
  expect(await once(child, 'exit')).toEqual([0, null]);
});
