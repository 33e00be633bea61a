import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** What a folder of ours is for, by the variable that says where folders of its kind are, and where they are else. */
const KINDS = {
  XDG_CONFIG_HOME: ['.config'],
  XDG_DATA_HOME: ['.local', 'share'],
  XDG_STATE_HOME: ['.local', 'state'],
} as const;

/** Our folder of a kind; `undefined` for somebody without a home. */
export function xdgFolder(
  kind: keyof typeof KINDS,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const folder = env[kind];
  // A relative one is to be ignored, says XDG; and nothing in the working folder is loaded unasked.
  if (folder && isAbsolute(folder)) return join(folder, 'chain');
  const home = homeFolder();
  return home && isAbsolute(home) ? join(home, ...KINDS[kind], 'chain') : undefined;
}

function homeFolder(): string | undefined {
  try {
    return homedir();
  } catch {
    return undefined; // A user that the system doesn't know, as in a container.
  }
}
