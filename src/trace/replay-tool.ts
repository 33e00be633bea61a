import { toPlain } from '../callbacks/plain.js';
import { ChainError } from '../errors.js';
import { createRedactor } from '../safety/redactor.js';
import type { Tool } from '../tools/tool.js';
import { cutMiddle } from './abridge.js';
import type { Cassette } from './cassette.js';
import { RecordedError } from './recorded-error.js';
import type { RecordedToolAnswer } from './recorded-tool.js';

/** How much of an input an error shows, in characters. */
const SHOWN = 400;

/** What stands in the place of a tool's function. */
export type ReplayedTool = (input: unknown) => Promise<unknown>;

/**
 * A tool's answers from a trace file, for tests: a function that gives for each input what the tool gave when the file
 * was written, or fails as it failed. Several answers to one input are given in the order of the file, and the last one
 * again after that. An input that isn't in the file fails with the code `not_recorded`.
 *
 * @param name the tool's, as its events have it
 * @throws ChainError `invalid_argument` where no tool has an answer in the file; `file_not_readable`
 */
export async function replayTool(file: string, name: string): Promise<ReplayedTool> {
  const [{ readCassette }, { keysIn }] = await Promise.all([
    import('./read-cassette.js'),
    import('../models/providers.js'),
  ]);
  const mask = createRedactor({ secrets: keysIn(process.env) });
  const cassette = await readCassette(file, { mask, of: 'tool' });
  return async (input) => {
    const answer = await cassette.takeToolAnswer(name, input);
    if (answer === undefined) {
      const asked = cutMiddle(mask(JSON.stringify(toPlain(input))), SHOWN / 2, SHOWN / 2);
      throw new ChainError('not_recorded', `${file} has no answer of the tool ${name} to ${asked}`);
    }
    return outputOf(answer);
  };
}

/** A tool that gives what it gave in a recording, and runs where that says nothing of it. */
export function replayedTool(cassette: Cassette, live: Tool): Tool {
  const replay = async (input: unknown, runLive: () => Promise<unknown>) => {
    const answer = await cassette.takeToolAnswer(live.name, input);
    return answer === undefined ? runLive() : outputOf(answer);
  };
  return live.wrapped(replay, { needsApproval: true });
}

function outputOf(answer: RecordedToolAnswer): unknown {
  if ('error' in answer) throw new RecordedError(answer.error);
  return answer.output;
}
