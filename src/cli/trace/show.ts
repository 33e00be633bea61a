import { chooseRun } from '../../trace/choose-run.js';
import type { Io } from '../io.js';

export interface ShowFlags {
  readonly full?: boolean;
  readonly events?: boolean;
  readonly follow?: boolean;
  readonly json?: boolean;
  readonly color?: boolean;
}

/** `chain trace show`. */
export async function showTrace(
  file: string,
  name: string | undefined,
  _flags: ShowFlags,
  io: Io,
): Promise<void> {
  const { run } = await chooseRun(file, name, io);
  io.stdout.write(`${run.id} ${run.name}\n`);
}
