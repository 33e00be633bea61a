import { startsNoRuns } from '../../callbacks/context.js';
import type { CallbackHandler, ChainEvent } from '../../events.js';
import { cleanControls } from '../../safety/clean.js';
import { type Mask, maskTexts } from '../../trace/asked-request.js';
import { TraceBuilder } from '../../trace/trace-builder.js';
import { dim } from '../dim.js';
import type { Io } from '../io.js';
import { carryOut } from '../run-template.js';
import { makeReplayPlan, type ReplayPlan, type TraceReplayFlags } from './replay-plan.js';

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
  const again = new RunKeeper((text) => plan?.mask(text) ?? text);
  try {
    await carryOut(planned, flags, io, [again]);
  } finally {
    const [root] = again.builder.roots;
    const isShown = flags.quiet !== true && flags.json !== true && !io.signal.aborted;
    if (plan !== undefined && root !== undefined && isShown) {
      for (const note of plan.notes) io.stderr.write(dim(cleanControls(`note: ${note}\n`), flags, io));
      const { showDifferences } = await import('./show-differences.js');
      showDifferences(plan.original, root, flags, io);
    }
  }
}

/** Puts a run together while it goes on, masked as a record is. */
class RunKeeper implements CallbackHandler {
  readonly name = 'RunKeeper';
  readonly builder = new TraceBuilder();
  readonly #mask: Mask;

  static {
    startsNoRuns(RunKeeper);
  }

  constructor(mask: Mask) {
    this.#mask = mask;
  }

  onEvent(event: ChainEvent): void {
    this.builder.add(maskTexts(event, this.#mask));
  }
}
