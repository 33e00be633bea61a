import { cleanControls } from '../../safety/clean.js';
import type { ParameterDiff, PassageDiff, RunDiff } from '../../trace/diff-runs.js';
import type { RunFacts } from '../../trace/run-facts.js';
import type { RunKind } from '../../trace/run-kind.js';
import { indent, oneLine, renderParts } from './diff-lines.js';
import type { DiffView } from './diff-paint.js';

/** What goes in and what comes out, as people call it. */
const WORDS: Readonly<Record<RunKind, { readonly input: string; readonly output: string }>> = {
  model: { input: 'prompt', output: 'answer' },
  chain: { input: 'inputs', output: 'outputs' },
  tool: { input: 'input', output: 'output' },
  retriever: { input: 'query', output: 'documents' },
};

/**
 * What differs between two runs themselves: parameters, what went in and came out, how they ended. What a step below
 * shows better isn't repeated.
 * @param all says of what is the same that it is
 */
export function bodyOf(diff: RunDiff, view: DiffView, all: boolean): readonly string[] {
  const { kind } = (diff.b ?? diff.a)!;
  const words = WORDS[kind];
  const end = shows(diff.children, ({ a, b }) => endOf(a!) !== endOf(b!)) ? null : renderEnd(diff);
  return [
    ...renderParameters(diff, view, all && kind === 'model'),
    ...(shows(diff.children, ({ input }) => isChanged(input))
      ? []
      : renderPassages(words.input, diff, diff.input, view, all)),
    ...(shows(diff.children, ({ output }) => isChanged(output))
      ? []
      : renderPassages(words.output, diff, diff.output, view, all)),
    ...(end === null ? [] : [`ended: ${end}`]),
  ];
}

/** How two runs ended, where that differs or isn't well; otherwise `null`. */
export function renderEnd({ a, b }: RunDiff): string | null {
  const [endA, endB] = [endOf(a!), endOf(b!)].map(oneLine);
  if (endA !== endB) return `${endA} → ${endB}`;
  return a!.status === 'ok' ? null : `${endA}, the same`;
}

function endOf({ status, error, finishReason }: RunFacts): string {
  if (error !== null) return `${status} (${error.code === status ? '' : `${error.code}: `}${error.message})`;
  return finishReason === null || finishReason === 'stop' ? status : `${status} (${finishReason})`;
}

function shows(steps: readonly RunDiff[], test: (step: RunDiff) => boolean): boolean {
  return steps.some((step) => (step.change === 'changed' && test(step)) || shows(step.children, test));
}

function isChanged(passages: readonly PassageDiff[] | null): boolean {
  return passages?.some(({ change }) => change !== 'same') === true;
}

function renderParameters({ parameters }: RunDiff, view: DiffView, all: boolean): readonly string[] {
  if (parameters === null) return [];
  if (parameters.length === 0) return all ? [same('parameters', view)] : [];
  return parameters.flatMap((parameter) => renderParameter(parameter, view));
}

/** Short ones as `temperature: 0 → 1`. */
function renderParameter({ name, a, b, parts }: ParameterDiff, view: DiffView): readonly string[] {
  const [valueA, valueB] = [a, b].map((value) =>
    value === null ? 'not set' : plain(cleanControls(JSON.stringify(value))),
  );
  const line = `${oneLine(name)}: ${valueA} → ${valueB}`;
  return line.length <= view.width ? [line] : labelled(name, parts, view);
}

/** Words need no quotes. */
function plain(json: string): string {
  return /^"(?!(?:true|false|null|not set)")[A-Za-z][\w.:/ ()-]*"$/.test(json) ? json.slice(1, -1) : json;
}

function renderPassages(
  word: string,
  { a, b, parameters }: RunDiff,
  passages: readonly PassageDiff[] | null,
  view: DiffView,
  all: boolean,
): readonly string[] {
  if (passages === null) {
    const missing = [a, b].flatMap((run, at) => (run?.content === 'start-missing' ? 'AB'[at]! : []));
    const what = parameters === null ? `parameters and ${word}` : word;
    return missing.length === 0
      ? []
      : [`${what}: not compared, the start of ${missing.join(' and of ')} is missing`];
  }
  if (!isChanged(passages)) return all && passages.length > 0 ? [same(word, view)] : [];
  const [first, ...others] = passages;
  if (others.length === 0 && first!.change === 'changed' && first!.label === word)
    return labelled(word, first!.parts, view);
  return [`${word}:`, ...indent(renderList(passages, view))];
}

function renderList(passages: readonly PassageDiff[], view: DiffView): readonly string[] {
  const lines: string[] = [];
  for (let at = 0; at < passages.length; ) {
    const from = at;
    while (at < passages.length && passages[at]!.change === 'same') at += 1;
    if (at - from === 1) lines.push(same(passages[from]!.label, view));
    else if (at > from) lines.push(view.paint.dim(`${at - from} more: the same`));
    if (at < passages.length) lines.push(...renderPassage(passages[at]!, view));
    at += 1;
  }
  return lines;
}

function renderPassage({ change, label, parts }: PassageDiff, view: DiffView): readonly string[] {
  const { paint } = view;
  if (change === 'changed') return labelled(label, parts, view);
  const [sign, line] = change === 'removed' ? ['-', paint.minus] : ['+', paint.plus];
  const [first, ...others] = labelled(label, parts, view);
  return [`${line(sign)} ${first}`, ...others];
}

function labelled(label: string, parts: RunDiffParts, view: DiffView): readonly string[] {
  const name = oneLine(label);
  const lines = renderParts(parts, view);
  return lines.length === 1 ? [`${name}: ${lines[0]}`] : [`${name}:`, ...indent(lines)];
}

type RunDiffParts = PassageDiff['parts'];

function same(what: string, { paint }: DiffView): string {
  return paint.dim(`${oneLine(what)}: the same`);
}
