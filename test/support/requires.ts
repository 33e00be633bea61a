import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What some tests need and npm can't bring. `scripts/system-deps.sh` installs it. */
export type SystemPart = 'tmux' | 'fish' | 'chromium';

/**
 * Whether a part of the system is there, for `describe.skipIf(!requires('tmux'))`. Where it isn't, says so aloud; under
 * CI nothing may be skipped for want of it.
 *
 * @throws Error under CI, when the part is missing.
 */
export function requires(part: SystemPart, env: NodeJS.ProcessEnv = process.env): boolean {
  if (isOnPath(part, env)) return true;
  const message = `${part} is missing: \`bash scripts/system-deps.sh\` installs it`;
  if (env.CI) throw new Error(message);
  console.warn(`SKIPPED: ${message}`);
  return false;
}

function isOnPath(command: string, env: NodeJS.ProcessEnv): boolean {
  return (env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
