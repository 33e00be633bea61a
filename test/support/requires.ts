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
  if (whereIs(part, env) !== undefined) return true;
  const message = `${part} is missing: \`bash scripts/system-deps.sh\` installs it`;
  if (env.CI) throw new Error(message);
  console.warn(`SKIPPED: ${message}`);
  return false;
}

/** The path of a command, where it is on the PATH. */
export function whereIs(command: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const paths = (env.PATH ?? '').split(delimiter).map((folder) => join(folder, command));
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
