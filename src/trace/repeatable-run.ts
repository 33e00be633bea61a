import { ChainError } from '../errors.js';
import { messagesToText } from '../messages.js';
import type { PromptValue } from '../prompts/prompt.js';
import { type AskedRequest, type ModelStartEvent, requestIn } from './asked-request.js';
import type { ChosenRun } from './load-run.js';
import { isWithoutContent } from './run-content.js';
import { type TraceRun, withDescendants } from './trace-run.js';

/** A recorded run of which all is known that it takes to carry it out again: one request to a model. */
export interface RepeatableRun {
  /** The run that is repeated: of an LLM chain with its model, or of a model alone. */
  readonly original: TraceRun;
  /** That of its model. */
  readonly model: TraceRun & { readonly start: ModelStartEvent };
  readonly request: AskedRequest;
  /** What was asked, as messages and as one text, as far as the record has both. */
  readonly prompt: PromptValue;
}

/**
 * What of a chosen run can be carried out again: an LLM chain whole, of any other run its model.
 * @throws ChainError `invalid_argument` where no model was asked in it, or several were
 */
export function repeatableRun({ file, root, run }: ChosenRun): RepeatableRun {
  const refuse = (why: string, hint?: string) =>
    new ChainError(
      'invalid_argument',
      `${file}: run ${shortId(run)} ${why}`,
      hint === undefined ? {} : { hint },
    );
  if (isWithoutContent(root)) {
    throw refuse("can't be repeated: what was said was left out when it was written");
  }
  const [model, ...others] = [...withDescendants(run)].filter(isModel);
  if (model === undefined) throw refuse("can't be repeated: it asked no model");
  if (others.length > 0) {
    const all = [model, ...others];
    const shown = all.slice(0, MOST_SHOWN).map((one) => `${shortId(one)} (${one.start.model})`);
    const more = all.length > MOST_SHOWN ? ', …' : '';
    throw refuse(
      `can't be repeated as a whole: it asked ${all.length} times`,
      `Name the run of one of them: ${shown.join(', ')}${more}`,
    );
  }
  const isChain = run.name === 'LLMChain' && run.start?.type === 'chainStart' && model.parentId === run.id;
  const original = isChain ? run : model;
  return { original, model, request: requestIn(model.start), prompt: promptOf(model.start, original) };
}

const MOST_SHOWN = 10;

function isModel(run: TraceRun): run is RepeatableRun['model'] {
  return run.start?.type === 'chatModelStart' || run.start?.type === 'llmStart';
}

function promptOf(start: ModelStartEvent, { moments }: TraceRun): PromptValue {
  if (start.type === 'llmStart') {
    return { text: start.prompt, messages: [{ role: 'user', content: start.prompt }] };
  }
  const { messages } = start;
  const formatted = moments.find((moment) => moment.type === 'text' && moment.kind === 'prompt');
  return { messages, text: formatted?.type === 'text' ? formatted.text : messagesToText(messages) };
}

function shortId({ id }: TraceRun): string {
  return id.slice(0, 8);
}
