/** Put in place by the build. Not imported from `version.ts`: that would be one more file to open at every start. */
declare const PROMPTCHAIN_VERSION: string;

/**
 * The command `chain`, as `bin/chain.js` calls it. Scripts ask for the version often, and that needs no program.
 * @param prepare called before the program is loaded, if it is
 */
export async function start(args: readonly string[], prepare: () => void): Promise<void> {
  const [flag, ...others] = args;
  if ((flag === '--version' || flag === '-V') && others.length === 0) {
    // The program tells what went wrong.
    process.stdout.once('error', () => void startProgram(args, prepare)).write(`${PROMPTCHAIN_VERSION}\n`);
  } else await startProgram(args, prepare);
}

async function startProgram(args: readonly string[], prepare: () => void): Promise<void> {
  prepare();
  const { main } = await import('./main.js');
  await main(args);
}
