// Starts the fault server alone, for other clients to be run against, until its standard input ends:
// node test/faults/serve.mjs prints its addresses and the paths of its cases.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const program = `
  import { HTTP_CASES } from './http-cases.js';
  import { STREAM_CASES } from './stream-cases.js';
  import { startFaultServer } from './fault-server.js';
  import { pathOf } from './fault-case.js';
  const cases = [...HTTP_CASES, ...STREAM_CASES];
  const { http, tls, close } = await startFaultServer(cases);
  console.log(JSON.stringify({ http, tls, paths: cases.map(pathOf) }));
  process.stdin.resume().on('end', close);
`;
const { outputFiles } = await build({
  stdin: { contents: program, resolveDir: fileURLToPath(new URL('.', import.meta.url)), loader: 'ts' },
  bundle: true,
  write: false,
  platform: 'node',
  format: 'esm',
});
await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
