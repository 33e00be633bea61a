import { cleanControls } from '../../safety/clean.js';
import { dim } from '../dim.js';
import type { Io } from '../io.js';
import { carryOut } from '../run-template.js';
import { makeReplayPlan, type ReplayPlan, type TraceReplayFlags } from './replay-plan.js';
import { RunRecorder } from './run-recorder.js';

/**
 * `chain trace replay`: a recorded run once more, and how it differs from the original.
 * @throws what went wrong, after everything that is known has been shown
 */
export async function replayRun(
  file: string,
  name: string | undefined,
  flags: TraceReplayFlags,
  io: Io,
): Promise<void> {
  let plan: ReplayPlan | undefined;
  const planned = makeReplayPlan(file, name, flags, io).then((made) => {
    plan = made;
    return made.planned;
  });
  const again = new RunRecorder();
  try {
    await carryOut(planned, flags, io, { handlers: [again] });
  } finally {
    const [root] = again.roots(io.redact);
    const isShown = flags.quiet !== true && flags.json !== true && !io.signal.aborted;
    if (plan !== undefined && root !== undefined && isShown) {
      for (const note of plan.notes) io.stderr.write(dim(cleanControls(`note: ${note}\n`), flags, io));
      const { showDifferences } = await import('./show-differences.js');
      showDifferences(plan.original, root, flags, io);
    }
  }
}
