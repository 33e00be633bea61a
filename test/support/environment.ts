import { join } from 'node:path';

/** What a command is given of the environment: what programs are started by, and a home in its own folder. */
export function environmentIn(folder: string): Readonly<Record<string, string | undefined>> {
  const { PATH, SystemRoot, TEMP } = process.env;
  const home = join(folder, 'home');
  return { PATH, SystemRoot, TEMP, HOME: home, USERPROFILE: home, XDG_CONFIG_HOME: join(home, '.config') };
}
