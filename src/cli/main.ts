import { ChainError, toErrorRecord } from '../errors.js';
import { exitCodeOf, renderError, renderErrorJson, Verdict } from './exit.js';
import { Interruption, type Io } from './io.js';
import { runProgram } from './program.js';

const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** How long a reader that has stopped reading is waited for once the command was told to stop. */
const LAST_WORDS_MS = 1000;

/** The command `chain`. Ends the process with its exit code when everything is written. */
export async function main(args: readonly string[]): Promise<void> {
  const { stdout, stderr, env } = process;
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
      error.code === 'EPIPE' || error.code === 'EOF'
        ? new Interruption('nobody reads the answer any more', 0)
        : new Interruption(`the answer cannot be written: ${error.message}`, 1, { cause: error }),
    );
  });
  stderr.on('error', () => {});
  // Of people's own handlers: work that they left behind breaks no run, but what it throws can't be gone on from.
  process.on('unhandledRejection', (error) => {
    tell(new Error(`nobody waited for what failed: ${toErrorRecord(error).message}`), false);
  });
  process.on('uncaughtException', (error) => {
    interrupt(new Interruption(`thrown where nobody could catch it: ${error.message}`, 1, { cause: error }));
  });
  process.on('beforeExit', () => {
    const stuck = new ChainError('internal', 'the command waits for something that will never come');
    if (args.includes('--json')) stdout.write(renderErrorJson(stuck, '', io.redact));
    tell(stuck, false);
    process.exit(1);
  });

  const io: Io = {
    stdout,
    stderr,
    env,
    signal: controller.signal,
    redact: (text) => text,
    // To open it takes a while, and few runs read it.
    get stdin() {
      return process.stdin;
    },
  };
  const tell = (error: unknown, debug = env.CHAIN_DEBUG === '1') =>
    stderr.write(io.redact(renderError(error, debug)));

  let exitCode = 0;
  try {
    await runProgram(args, io);
  } catch (error) {
    exitCode = exitCodeOf(error);
    if (!controller.signal.aborted && !(error instanceof Verdict)) tell(error);
  }
  await written([stdout, stderr], controller.signal);
  // What went wrong with a write is told after it.
  await new Promise(setImmediate);
  const { reason } = controller.signal;
  if (reason instanceof Interruption) {
    exitCode = reason.exitCode;
    if (reason.isFailure) tell(reason);
  }
  process.exit(exitCode);
}

/** Settles when the streams have passed on what was written to them, or soon after the command was told to stop. */
function written(streams: readonly NodeJS.WriteStream[], signal: AbortSignal): Promise<unknown> {
  const all = Promise.all(
    streams
      .filter(({ destroyed, writableLength }) => !destroyed && writableLength > 0)
      .map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))),
  );
  return new Promise((resolve) => {
    const giveUp = () => setTimeout(resolve, LAST_WORDS_MS);
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
    all.then(resolve);
  });
}
