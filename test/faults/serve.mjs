// Starts the fault server alone, for other clients to be run against, until its standard input ends:
// node test/faults/serve.mjs prints its addresses, its certificate, and its cases as client-case.ts has them.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const program = `
  import { HTTP_CASES } from './http-cases.js';
  import { STREAM_CASES } from './stream-cases.js';
  import { startFaultServer } from './fault-server.js';
  import { forClients } from './client-case.js';
  import { CERTIFICATE } from '../support/certificate.js';
  const cases = [...HTTP_CASES, ...STREAM_CASES];
  const server = await startFaultServer(cases);
  const { http, tls } = server;
  console.log(JSON.stringify({ http, tls, certificate: CERTIFICATE, cases: cases.map((one) => forClients(one, server)) }));
  process.stdin.resume().on('end', server.close);
`;
const { outputFiles } = await build({
  stdin: { contents: program, resolveDir: fileURLToPath(new URL('.', import.meta.url)), loader: 'ts' },
  bundle: true,
  write: false,
  platform: 'node',
  format: 'esm',
});
await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
