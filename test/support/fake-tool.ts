import { runInContext } from '../../src/callbacks/context.js';
import { resultOf, runSteps } from '../../src/callbacks/lifecycle.js';
import { Run, type RunnableFields, type RunOptions } from '../../src/callbacks/run.js';
import { toErrorRecord } from '../../src/errors.js';

/** A tool's run, as small as can be: runs that `fn` starts become its children. */
export async function callTool<T>(
  fn: () => T | Promise<T>,
  options: RunOptions = {},
  object: RunnableFields = {},
): Promise<T> {
  const run = new Run('tool', object, options);
  return resultOf(
    runSteps<never, T>(run, {
      start: () => ({ type: 'toolStart', input: null, toolCallId: null }),
      async body() {
        return await runInContext({ scoped: run.scoped, parent: run, muted: run.muted }, fn);
      },
      end: (output) => ({ type: 'toolEnd', output, durationMs: run.durationMs }),
      error: (error) => ({ type: 'toolError', error: toErrorRecord(error), durationMs: run.durationMs }),
    }),
  );
}
