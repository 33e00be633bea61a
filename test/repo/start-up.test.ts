import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

/** Parts of Node that take long to load, by the names that `process.moduleLoadList` has for them. */
const SLOW = {
  'Node’s own fetch and Headers': 'NativeModule internal/deps/undici/undici',
  'node:crypto': 'NativeModule crypto',
  'node:child_process': 'NativeModule child_process',
  'Node’s loader of ES modules': 'NativeModule internal/modules/esm/module_job',
  'Node’s web streams': 'NativeModule internal/webstreams/readablestream',
  'node:fs/promises': 'NativeModule internal/fs/promises',
  'node:perf_hooks': 'NativeModule perf_hooks',
  'node:tls': 'NativeModule tls',
};

const chain = fileURLToPath(new URL('../../bin/chain.js', import.meta.url));
const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'start-up-'));
const reporter = join(folder, 'reporter.cjs');
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    const choices = [{ index: 0, message: { role: 'assistant', content: '3' }, finish_reason: 'stop' }];
    const usage = { prompt_tokens: 8, completion_tokens: 1, total_tokens: 9 };
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ choices, usage }));
  });
});

beforeAll(async () => {
  const report = '[process.moduleLoadList, Object.keys(require.cache)]';
  const write = `process.stderr.write('\\nloaded ' + JSON.stringify(${report}))`;
  const code = `process.on('exit', () => ${write})`;
  writeFileSync(reporter, code);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

it.each([
  [['--version'], 1],
  [['run', '--prompt', '1 + 2 = '], 6],
])('chain %j loads nothing slow, and %i files of ours', async (args, most) => {
  const { port } = server.address() as AddressInfo;
  const { PATH, SYSTEMROOT } = process.env;
  const env = {
    PATH,
    SYSTEMROOT,
    HOME: folder,
    USERPROFILE: folder,
    OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`,
  };
  const stderr = await new Promise<string>((resolve, reject) => {
    const command = ['--require', reporter, chain, ...args];
    execFile(process.execPath, command, { env }, (error, _stdout, text) =>
      error ? reject(error) : resolve(text),
    );
  });
  const [loaded, files]: [string[], string[]] = JSON.parse(stderr.split('\nloaded ').at(-1)!);
  expect(loaded).toContain('NativeModule fs');
  expect(Object.entries(SLOW).filter(([, name]) => loaded.includes(name))).toEqual([]);
  expect(files.filter((file) => file.startsWith(dist)).length).toBeLessThanOrEqual(most);
});
