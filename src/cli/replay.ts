import type { AgentChainFields, ToolRequest } from '../chains/agent.js';
import { ChainError } from '../errors.js';
import type { ModelChoice } from '../models/choose.js';
import type { Model, ModelFields } from '../models/model.js';
import { type Providers, resolveModelName } from '../models/providers.js';
import { createRedactor } from '../safety/redactor.js';
import { readCall, type Tool } from '../tools/tool.js';
import { readCassette } from '../trace/read-cassette.js';
import type { ModelRecording } from '../trace/recording.js';
import { ReplayModel } from '../trace/replay-model.js';
import { replayedTool } from '../trace/replay-tool.js';

/** The flags that say that answers come from a file. */
export interface ReplayFlags {
  readonly replay?: string;
  readonly replayTiming?: boolean;
  readonly liveOnMiss?: boolean;
}

/** Which model answers, and why: nobody named it, and it is the first in a recording. */
export type ReplayChoice = ModelChoice | { readonly name: string; readonly from: 'recording' };

type Approve = NonNullable<AgentChainFields['approve']>;

/** What answers in place of models and tools. */
export interface Replay {
  /** Who is asked: where nobody named a model, the first in the file. */
  choose(choice: ModelChoice): ReplayChoice;
  /** A tool that gives what it gave then. */
  standInTool(live: Tool): Tool;
  /** Whether a call is made: as it was then, unasked; where that isn't recorded, only where live answers are wanted. */
  approve(request: ToolRequest, live: Approve): boolean | Promise<boolean>;
  /** @param live the model of that choice, which is asked only where this is wanted */
  standIn(live: Model, choice: ReplayChoice, fields: ModelFields): Model;
}

export interface ReplaySurroundings {
  /** Never to be written down: a recording has none of them. */
  readonly keys: readonly string[];
  readonly providers: Providers | undefined;
  readonly signal: AbortSignal;
}

/**
 * Opens the file of `--replay`.
 * @throws ChainError `invalid_argument` for a file without an answer, and for flags that are no use without it;
 *   `file_not_readable`
 */
export async function openReplay(
  { replay: file, replayTiming, liveOnMiss }: ReplayFlags,
  { keys, providers, signal }: ReplaySurroundings,
): Promise<Replay> {
  if (file === undefined) {
    const idle = [replayTiming && '--replay-timing', liveOnMiss && '--live-on-miss'].filter(Boolean);
    throw new ChainError('invalid_argument', `${idle.join(' and ')} without --replay: nothing is replayed`, {
      hint: 'Name a recording, such as --replay cassette.jsonl.',
    });
  }
  const cassette = await readCassette(file, { mask: createRedactor({ secrets: keys }), signal });
  const first = cassette.first()!;
  return {
    choose: (choice) =>
      NAMED.includes(choice.from)
        ? choice
        : { name: nameOf(first, providers) ?? first.model, from: 'recording' },
    standInTool: (live) => replayedTool(cassette, live),
    approve: (request, live) =>
      cassette.hasToolAnswer(request.tool.name, readCall(request.call).input) ||
      (liveOnMiss === true && live(request)),
    standIn: (live, { from }, fields) =>
      new ReplayModel(cassette, {
        ...fields,
        identity: from === 'recording' ? first : live,
        any: from === 'recording',
        timing: replayTiming ? 'recorded' : 'instant',
        live: liveOnMiss ? live : undefined,
        hint: '--live-on-miss asks the model; --record in place of --replay makes the recording anew.',
      }),
  };
}

/** Somebody said which model it is to be; a key that happens to be there says nothing of it. */
const NAMED: readonly ModelChoice['from'][] = ['flag', 'template', 'CHAIN_MODEL', 'config'];

/** The name by which a recorded model can be asked; `undefined` where its provider isn't known here. */
export function nameOf(
  { provider, model }: Pick<ModelRecording, 'provider' | 'model'>,
  providers: Providers | undefined,
): string | undefined {
  if (provider === 'offline') return 'offline';
  const named = [model, `${provider}:${model}`];
  return named.find((name) => isNameOf(name, provider, providers));
}

function isNameOf(name: string, provider: string, providers: Providers | undefined): boolean {
  try {
    return resolveModelName(name, providers).provider === provider;
  } catch {
    return false; // It names no model at all.
  }
}
