import { fstatSync } from 'node:fs';
import type { Io } from './io.js';

/** Whether stdout and stderr are shown in one place: on a terminal, or in one pipe or file, as after `2>&1`. */
export function showOnePlace({ stdout, stderr }: Io): boolean {
  if (stdout.isTTY || stderr.isTTY) return stdout.isTTY === true && stderr.isTTY === true;
  try {
    const [out, err] = [1, 2].map((descriptor) => fstatSync(descriptor, { bigint: true }));
    return out?.dev === err?.dev && out?.ino === err?.ino;
  } catch {
    return false;
  }
}
