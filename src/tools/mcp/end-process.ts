import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** How long a process may take to end by itself, and then after it was told to. */
const GRACE_MS = 1000;

/** Whether a process is started as the first of a group, so that what it starts in turn can be ended with it. */
export const IN_GROUP = process.platform !== 'win32';

/** Ends a process and its group: by the end of its input, then by SIGTERM, then by SIGKILL. It has ended when this returns. */
export async function endProcess(child: ChildProcess): Promise<void> {
  child.stdin?.end();
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (await endsInTime(child)) break;
    killGroup(child, signal);
  }
  if (!hasEnded(child)) await once(child, 'exit');
  killGroup(child, 'SIGKILL');
}

/** Takes no time, and fails where there is none any more without a word. */
export function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (IN_GROUP) process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch {}
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

async function endsInTime(child: ChildProcess): Promise<boolean> {
  if (hasEnded(child)) return true;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, GRACE_MS);
  });
  await Promise.race([once(child, 'exit'), late]);
  clearTimeout(timer);
  return hasEnded(child);
}
