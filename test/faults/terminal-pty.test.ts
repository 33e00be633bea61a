import { execFile } from 'node:child_process';
import { beforeEach, describe, expect, it } from 'vitest';
import { DONE, delta, event, type Reply, reply, serve, stream, text, USAGE } from '../models/loopback.js';
import { commandLine, makeWorkspace, type Workspace } from '../support/run-cli.js';
import { ALL, expectHarmless, SEQUENCES } from './terminal-sequences.js';

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
});

/** Can be sent as JSON, and comes back as it was. */
const SENT = ALL.replace('\ud800', '?');
const ENDING = event(delta({}, 'stop')) + event({ choices: [], usage: USAGE }) + DONE;

/** Cut in the middle of every sequence. */
const PIECES = SENT.match(/.{1,3}/gs) ?? [];
const MODEL = ['run', 'hi.txt', '--model', 'shop:rose', '--config', 'c.yaml', '--retries', '0'];

async function shop(...replies: readonly Reply[]): Promise<void> {
  const { baseUrl } = await serve(...replies);
  here.write('hi.txt', 'Say hello to {name}.\n');
  here.write('c.yaml', `providers: { shop: { baseUrl: "${baseUrl}" } }`);
}

/** The bytes that a terminal is sent, its newlines as they were written. */
function onTerminal(args: readonly string[]): Promise<string> {
  const env = { TERM: 'dumb', NO_COLOR: '1' };
  const { file, args: all, env: whole } = commandLine(here.folder, args, { env });
  here.write(
    'command.sh',
    `exec ${[file, ...all].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')}\n`,
  );
  return new Promise((resolve, reject) => {
    const options = { cwd: here.folder, env: whole, timeout: 20_000 };
    const child = execFile('script', ['-qec', 'sh command.sh', '/dev/null'], options, (_error, written) =>
      resolve(written.replaceAll('\r\n', '\n')),
    );
    child.on('error', reject);
    child.stdin?.end();
  });
}

const VERBOSE = ['--verbose', '--var', `name=${ALL.replaceAll('\0', '')}`, '--log', 'run.log'];

describe.skipIf(process.platform !== 'linux')('the built command at a terminal', () => {
  it('sends it nothing of an answer’s sequences, cut anywhere, nor of a variable’s or a prompt’s', async () => {
    await shop(stream(...PIECES.map((piece) => text(piece)), ENDING));
    const written = await onTerminal([...MODEL, ...VERBOSE]);
    expectHarmless(written);
    expectHarmless(here.read('run.log'));
    for (const [what] of SEQUENCES) expect(written.split(`<${what}>`).length, what).toBeGreaterThan(2);
  });

  it('nor of a server’s error', async () => {
    await shop(reply(400, { error: { message: SENT } }));
    const written = await onTerminal([...MODEL, ...VERBOSE]);
    expectHarmless(written);
    expect(written).toContain('answered 400: <CSI: erase the screen>');
  });
});

it('the built command gives a pipe an answer byte for byte, and stderr nothing of it', async () => {
  await shop(stream(...PIECES.map((piece) => text(piece)), ENDING));
  const { code, stdout, stderr } = await here.run([...MODEL, ...VERBOSE], { env: { NO_COLOR: '1' } });
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${SENT}\n` });
  expectHarmless(stderr);
  for (const [what] of SEQUENCES) expect(stderr, what).toContain(`<${what}>`);
});
