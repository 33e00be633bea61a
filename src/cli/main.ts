import { once } from 'node:events';
import { exitCodeOf, renderError } from './exit.js';
import { Interruption, type Io } from './io.js';
import { runProgram } from './program.js';

const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** The command `chain`. Sets the process's exit code, and ends it when everything is written. */
export async function main(args: readonly string[]): Promise<void> {
  const { stdin, stdout, stderr, env } = process;
  const controller = new AbortController();
  const interrupt = (why: Interruption) => controller.abort(why);

  for (const [signal, exitCode] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      if (controller.signal.aborted && signal === 'SIGINT') process.exit(exitCode);
      interrupt(new Interruption(`interrupted by ${signal}`, exitCode));
    });
  }
  // Without a listener a closed pipe would end the process before the run is recorded.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    interrupt(
      error.code === 'EPIPE'
        ? new Interruption('nobody reads the answer any more', 0)
        : new Interruption(`the answer cannot be written: ${error.message}`, 1),
    );
  });
  stderr.on('error', () => {});

  const io: Io = { stdin, stdout, stderr, env, signal: controller.signal };
  let exitCode = 0;
  try {
    await runProgram(args, io);
  } catch (error) {
    exitCode = exitCodeOf(error);
    if (!controller.signal.aborted) stderr.write(renderError(error, env.CHAIN_DEBUG === '1'));
  }
  const { reason } = controller.signal;
  if (reason instanceof Interruption) exitCode = reason.exitCode;
  await Promise.all([drained(stdout), drained(stderr)]);
  process.exit(exitCode);
}

async function drained(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writableLength > 0 && !stream.destroyed)
    await Promise.race([once(stream, 'drain'), once(stream, 'close')]);
}
