import { isDeepStrictEqual } from 'node:util';
import { align } from './align.js';
import { diffText, type TextPart } from './diff-text.js';
import { inputOf, isWithoutContent, outputOf, type Passage, parametersOf } from './run-content.js';
import { factsOf, type RunFacts } from './run-facts.js';
import { kindOf } from './run-kind.js';
import { modelOf, type TraceRun } from './trace-run.js';

/** `removed`: only in the first of the two; `added`: only in the second. */
export type DiffChange = 'same' | 'changed' | 'removed' | 'added';

/** Two runs, compared, and the runs under them. Plain data. */
export interface RunDiff {
  /** Whether parameters, what went in, what came out, or how it ended differ. Tokens, money and time don't count. */
  readonly change: DiffChange;
  /** `null` where it is only in the second. */
  readonly a: RunFacts | null;
  readonly b: RunFacts | null;
  /** Those that differ, and of a step that is only in one all; `null` where they aren't known of both. */
  readonly parameters: readonly ParameterDiff[] | null;
  /** The messages of a prompt, a chain's variables, …; `null` where they aren't known of both. */
  readonly input: readonly PassageDiff[] | null;
  /** An answer and its calls of tools, a chain's outputs, …; likewise. */
  readonly output: readonly PassageDiff[] | null;
  /** Side by side as they belong together, in their order. */
  readonly children: readonly RunDiff[];
}

/** Something that a model was asked with. */
export interface ParameterDiff {
  readonly name: string;
  /** `null` where it wasn't set. */
  readonly a: unknown;
  readonly b: unknown;
  /** Both as texts: a string as it is, else as JSON. */
  readonly parts: readonly TextPart[];
}

/** A text that went into a run or came out of it. */
export interface PassageDiff {
  readonly change: DiffChange;
  /** What it is: `user`, `answer`, a variable's name. */
  readonly label: string;
  readonly parts: readonly TextPart[];
}

/**
 * Compares two runs: parameters, prompts and answers word by word, how they ended, what they took, and likewise the runs
 * under them. Steps belong together that are of one kind and name, in their order, and before others those that were
 * given the same; models also where they have other names.
 */
export function diffRuns(a: TraceRun, b: TraceRun): RunDiff {
  const until = performance.now() + PATIENCE_MS;
  const diff = remembering((one: string, other: string) => diffText(one, other, until));
  return comparePair(a, b, { withoutA: isWithoutContent(a), withoutB: isWithoutContent(b), diff });
}

/** Each prompt of a conversation has all that was said before. */
function remembering<T>(compare: (a: string, b: string) => T): (a: string, b: string) => T {
  const known = new Map<string, Map<string, T>>();
  return (a, b) => {
    const ofA = known.get(a) ?? new Map<string, T>();
    const found = ofA.get(b) ?? compare(a, b);
    known.set(a, ofA.set(b, found));
    return found;
  };
}

/** What holds for the whole comparison. */
interface Comparison {
  /** Whether the first was written without its content, as its root says. */
  readonly withoutA: boolean;
  readonly withoutB: boolean;
  /** Compares two texts; in the time that is left. */
  readonly diff: (a: string, b: string) => readonly TextPart[];
}

const PATIENCE_MS = 10_000;

function comparePair(runA: TraceRun, runB: TraceRun, whole: Comparison): RunDiff {
  const [a, b] = [factsOf(runA, whole.withoutA), factsOf(runB, whole.withoutB)];
  const isLeftOut = a.content === 'left-out' || b.content === 'left-out';
  const parameters = compareParameters(runA, runB, whole);
  const input = isLeftOut ? null : comparePassages(inputOf(runA), inputOf(runB), whole);
  const output = isLeftOut ? null : comparePassages(outputOf(runA), outputOf(runB), whole);
  const children = compareChildren(runA.children, runB.children, whole);
  const isSame =
    (parameters ?? []).length === 0 &&
    [...(input ?? []), ...(output ?? []), ...children].every(({ change }) => change === 'same') &&
    endedAlike(a, b);
  return { change: isSame ? 'same' : 'changed', a, b, parameters, input, output, children };
}

function compareChildren(
  a: readonly TraceRun[],
  b: readonly TraceRun[],
  whole: Comparison,
): readonly RunDiff[] {
  return align(a, b, [exactly, byName, byKind]).map(([runA, runB]) => {
    if (runA !== null && runB !== null) return comparePair(runA, runB, whole);
    return runA === null ? single(runB!, 'added', whole.withoutB) : single(runA, 'removed', whole.withoutA);
  });
}

function exactly(run: TraceRun): string {
  return JSON.stringify([kindOf(run), run.name, inputOf(run)]);
}

function byName(run: TraceRun): string {
  return `${kindOf(run)} ${run.name}`;
}

/** One model may have been put in place of another; a tool in the place of another is another step. */
function byKind(run: TraceRun): string {
  const kind = kindOf(run);
  return kind === 'model' ? kind : byName(run);
}

function single(run: TraceRun, change: 'removed' | 'added', without: boolean): RunDiff {
  const facts = factsOf(run, without);
  const known = facts.content !== 'left-out';
  const parameters = Object.entries(parametersOf(run) ?? {}).map(([name, value]) => {
    const [a, b] = change === 'removed' ? [value, null] : [null, value];
    return { name, a, b, parts: whole(toText(value), change) };
  });
  const passages = (list: readonly Passage[] | null) =>
    known && list !== null ? list.map((passage) => wholePassage(passage, change)) : null;
  return {
    change,
    a: change === 'removed' ? facts : null,
    b: change === 'added' ? facts : null,
    parameters,
    input: passages(inputOf(run)),
    output: passages(outputOf(run)),
    children: run.children.map((child) => single(child, change, without)),
  };
}

function compareParameters(
  runA: TraceRun,
  runB: TraceRun,
  { diff }: Comparison,
): readonly ParameterDiff[] | null {
  const [a, b] = [parametersOf(runA), parametersOf(runB)];
  if (a === null || b === null) return null;
  const differing = [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .map((name) => ({ name, a: a[name] ?? null, b: b[name] ?? null }))
    .filter((values) => !isDeepStrictEqual(values.a, values.b));
  return [...identity(runA, runB), ...differing].map((values) => ({
    ...values,
    parts: diff(toText(values.a), toText(values.b)),
  }));
}

/** Of what is compared although it isn't the same thing: what it is. */
function identity(runA: TraceRun, runB: TraceRun): readonly Omit<ParameterDiff, 'parts'>[] {
  const kinds = { name: 'kind', a: kindOf(runA), b: kindOf(runB) };
  const names = { name: 'name', a: runA.name, b: runB.name };
  // A name for one model may stand for another one later.
  const asked = modelOf(runA) === modelOf(runB) && runA.end?.type === 'llmEnd' && runB.end?.type === 'llmEnd';
  const answering = asked ? [{ name: 'answeredBy', a: runA.end.model, b: runB.end.model }] : [];
  const isModel = kinds.a === 'model' && kinds.b === 'model';
  return [kinds, ...(isModel ? answering : [names])].filter(({ a, b }) => a !== b);
}

function comparePassages(
  a: readonly Passage[] | null,
  b: readonly Passage[] | null,
  { diff }: Comparison,
): readonly PassageDiff[] | null {
  if (a === null || b === null) return null;
  const exactly = ({ label, text }: Passage) => `${label}\0${text}`;
  return align(a, b, [exactly, ({ label }) => label]).map(([passageA, passageB]) => {
    if (passageA === null) return wholePassage(passageB, 'added');
    if (passageB === null) return wholePassage(passageA, 'removed');
    const change = passageA.text === passageB.text ? 'same' : 'changed';
    return { change, label: passageA.label, parts: diff(passageA.text, passageB.text) };
  });
}

function wholePassage({ label, text }: Passage, change: 'removed' | 'added'): PassageDiff {
  return { change, label, parts: whole(text, change) };
}

function whole(text: string, change: 'removed' | 'added'): readonly TextPart[] {
  return text === '' ? [] : [{ change, text }];
}

function endedAlike(a: RunFacts, b: RunFacts): boolean {
  return a.status === b.status && a.error?.code === b.error?.code && a.finishReason === b.finishReason;
}

function toText(value: unknown): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}
