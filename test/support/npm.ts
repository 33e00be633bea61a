import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs npm as a person would, without the settings of an npm that runs the tests. */
export function npm(args: readonly string[], options: SpawnSyncOptions = {}): Outcome {
  const cli = npmCli();
  const [command, ...first] = cli === null ? ['npm'] : [process.execPath, cli];
  return run(command!, [...first, ...args], options);
}

/** Runs Node on a script. */
export function node(args: readonly string[], options: SpawnSyncOptions = {}): Outcome {
  return run(process.execPath, args, options);
}

function run(command: string, args: readonly string[], { env, ...options }: SpawnSyncOptions): Outcome {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    ...options,
    env: { ...plainEnvironment(), ...env },
    encoding: 'utf8',
  });
  if (error) throw error;
  return { status, stdout, stderr };
}

/** The environment without what npm and Vitest put there. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const own = /^(npm_|VITEST|NODE_ENV$|INIT_CWD$|FORCE_COLOR$|NO_COLOR$)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}

/** npm's own script, where it can be found: started directly it gets its arguments whole on Windows too. */
function npmCli(): string | null {
  const beside = join('node_modules', 'npm', 'bin', 'npm-cli.js');
  const folder = dirname(process.execPath);
  const places = [process.env.npm_execpath ?? '', join(folder, beside), join(folder, '..', 'lib', beside)];
  return places.find((place) => place.endsWith('npm-cli.js') && existsSync(place)) ?? null;
}
