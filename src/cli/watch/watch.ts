import { ChainError, toErrorRecord } from '../../errors.js';
import { cleanControls } from '../../safety/clean.js';
import { isOverBudget } from '../budget.js';
import { configPath } from '../config.js';
import { dim } from '../dim.js';
import { renderError, renderErrorJson } from '../exit.js';
import type { Io } from '../io.js';
import type { RunFlags } from '../run-plan.js';
import type { VariantFlags } from '../variants.js';
import { filesOfRun } from './files-of-run.js';
import { RepeatedRun } from './repeated-run.js';
import { WatchedFiles } from './watched-files.js';

/**
 * `chain run --watch`: runs whenever a file that it reads has changed, until it is told to stop. A change during a run
 * ends that run. What is wrong with a run is told, and it goes on.
 * @throws ChainError `invalid_argument` for what can't be watched, `budget_exceeded` where the budget is spent; the signal's reason
 */
export async function watchRuns(
  template: string | undefined,
  given: RunFlags & VariantFlags,
  io: Io,
): Promise<void> {
  const named = checkedFiles(template, given, io);
  const usual = given.config === undefined ? configPath(io.env) : undefined;
  const repeated = new RepeatedRun(template, given, io);
  const files = new WatchedFiles([...named, ...(usual === undefined ? [] : [usual])]);
  const say = (line: string) => {
    const { flags } = repeated;
    if (!flags.quiet) io.stderr.write(dim(`${io.redact(cleanControls(line))}\n`, flags, io));
  };
  try {
    for (;;) {
      await files.take();
      const changed = files.changed(io.signal);
      const stopped = await runUntil(changed, repeated, io);
      files.look();
      if (!stopped) {
        if (!repeated.flags.quiet) io.stderr.write(io.redact(repeated.renderChanges()));
        say(`watching ${listed(named)}`);
      }
      say(`${listed(await changed)} changed`);
    }
  } finally {
    files.close();
  }
}

function checkedFiles(
  template: string | undefined,
  given: RunFlags,
  { stdout, redact }: Io,
): readonly string[] {
  try {
    return filesOfRun(template, given);
  } catch (error) {
    if (given.json) stdout.write(renderErrorJson(toErrorRecord(error), '', redact));
    throw error;
  }
}

/** @returns whether the run was stopped by a change */
async function runUntil(
  changed: Promise<readonly string[]>,
  repeated: RepeatedRun,
  io: Io,
): Promise<boolean> {
  const { stderr, env, signal } = io;
  const controller = new AbortController();
  const interrupt = () => controller.abort(signal.reason);
  signal.addEventListener('abort', interrupt, { once: true });
  changed.then(
    (names) => controller.abort(new ChainError('aborted', `${listed(names)} changed`)),
    () => {},
  );
  try {
    await repeated.run(controller.signal);
    return false;
  } catch (error) {
    signal.throwIfAborted();
    if (controller.signal.aborted) return true;
    if (isOverBudget(error)) throw error;
    stderr.write(io.redact(renderError(error, env.CHAIN_DEBUG === '1')));
    return false;
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}

/** More are only counted. */
const MOST_LISTED = 4;

function listed(files: readonly string[]): string {
  if (files.length <= MOST_LISTED) return files.join(', ');
  const some = files.slice(0, MOST_LISTED - 1);
  return `${some.join(', ')} and ${files.length - some.length} more`;
}
