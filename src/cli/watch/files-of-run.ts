import { statSync } from 'node:fs';
import { ChainError } from '../../errors.js';
import { assertOneTemplate } from '../read-prompt.js';
import type { RunFlags } from '../run-plan.js';
import { assertPairs, variableFiles } from '../variables.js';

/**
 * The files that a run reads, as they were named.
 * @throws ChainError `invalid_argument` where there is none, or one that can be read only once, and for
 *   flags that no change of a file can put right
 */
export function filesOfRun(template: string | undefined, flags: RunFlags): readonly string[] {
  const { prompt, schema, config, callback, replay } = flags;
  assertOneTemplate(template, flags, 'run');
  assertPairs(flags.var);
  if (template === '-')
    throw unfit('--watch runs a template again, and standard input comes only once', FILE);
  const named = [template, ...variableFiles(flags), schema, config, replay, ...callback];
  const files = named.filter((file) => file !== undefined).filter((file) => file !== '-');
  if (files.length === 0 && prompt !== undefined) {
    throw unfit('nothing to watch: --prompt is no file, and no variable is read from one', FILE);
  }
  const pipes = files.filter(isPipe);
  if (pipes.length === 0) return [...new Set(files)];
  throw unfit(`--watch reads files again, and a pipe comes only once: ${pipes.join(', ')}`, FILE);
}

const FILE = 'Save it in a file, and name that.';

function unfit(message: string, hint: string): ChainError {
  return new ChainError('invalid_argument', message, { hint });
}

function isPipe(file: string): boolean {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats?.isFIFO() === true || stats?.isSocket() === true;
}
