import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { afterTest } from '../support/teardown.js';

it('serve.mjs starts the server alone, until its standard input ends', async () => {
  const child = spawn(process.execPath, [fileURLToPath(new URL('serve.mjs', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  afterTest(() => child.kill());
  const [line] = await once(child.stdout, 'data');
  const { http, paths } = JSON.parse(String(line));
  const path = `${http}/${paths.find((one: string) => one.startsWith('429-for-want'))}/me`;
  const response = await fetch(`${path}/v1/chat/completions`, { method: 'POST', body: '{}' });
  expect([response.status, await (await fetch(`${path}/calls`)).text()]).toEqual([429, '1']);
  child.stdin.end();
  expect(await once(child, 'exit')).toEqual([0, null]);
});
