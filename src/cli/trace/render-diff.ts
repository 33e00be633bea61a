import type { RunDiff } from '../../trace/diff-runs.js';
import { bodyOf, renderEnd } from './diff-body.js';
import { renderFigures, renderSingleFigures, renderStepFigures } from './diff-figures.js';
import { indent, oneLine } from './diff-lines.js';
import { type DiffView, diffPaint } from './diff-paint.js';

export interface RenderDiffOptions {
  /** Columns; lines in which nothing has changed are cut there. Default 80. */
  readonly width?: number | undefined;
  /** Red and green in place of `[-old-]{+new+}`. Default false. */
  readonly color?: boolean | undefined;
  /** What the two runs are called, in two lines above everything else. Default: no such lines. */
  readonly titles?: readonly [a: string, b: string] | undefined;
}

/** What differs between two runs, as text for a person. */
export function renderRunDiff(diff: RunDiff, options: RenderDiffOptions = {}): string {
  const { width = 80, color = false, titles } = options;
  const view = { paint: diffPaint(color), width };
  const path = pathOf(diff);
  const leaf = path.at(-1)!;
  const lines = [
    ...(titles === undefined ? [] : [...renderTitles(titles, view), '']),
    ...withoutContent(diff),
    ...(diff.change === 'same' ? renderSame(diff, leaf) : []),
    ...(diff.change !== 'same' && leaf.children.length === 0 ? renderOnly(path, view) : []),
    ...(diff.change !== 'same' && leaf.children.length > 0 ? renderStep(diff, view) : []),
    ...(diff.a === null || diff.b === null ? [] : ['', ...renderFigures(diff.a, diff.b, leaf)]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function renderTitles([a, b]: readonly [string, string], { paint }: DiffView): readonly string[] {
  return [paint.minus(`--- ${oneLine(a)}`), paint.plus(`+++ ${oneLine(b)}`)];
}

function withoutContent({ a, b }: RunDiff): readonly string[] {
  const [inA, inB] = [a, b].map((run) => run?.content === 'left-out');
  if (!inA && !inB) return [];
  const which = inA && inB ? 'both were written without their' : `${inA ? 'A' : 'B'} was written without its`;
  return [`${which} content: prompts and answers are not compared`];
}

function renderSame(diff: RunDiff, leaf: RunDiff): readonly string[] {
  const { content } = diff.a!;
  const isWhole = content === 'whole' && diff.b!.content === 'whole';
  const one = leaf.a!.kind === 'model' ? 'parameters, prompt and answer' : 'what went in and what came out';
  const what = leaf.children.length === 0 ? one : `all ${countSteps(diff)} steps`;
  const end = renderEnd(leaf);
  const ended = end === null ? [] : [`ended: ${end}`];
  return [`${isWhole ? what : 'what is known of both'}: the same`, ...ended];
}

/** Runs of one step, without a word about the chain around it. */
function renderOnly(path: readonly RunDiff[], view: DiffView): readonly string[] {
  return path.flatMap((diff, at) => bodyOf(diff, view, at === path.length - 1));
}

/** More steps without a change, one after the other, are only counted. */
const MOST_SAME = 3;

function renderStep(diff: RunDiff, view: DiffView): readonly string[] {
  const { paint } = view;
  const path = pathOf(diff);
  const leaf = path.at(-1)!;
  const name = path.map(nameOf).join(' > ');
  if (diff.change === 'same') return [paint.dim(`= ${name}`)];
  const only = diff.a ?? diff.b!;
  if (diff.change !== 'changed') {
    const [line, sign] = diff.change === 'removed' ? [paint.minus, '-'] : [paint.plus, '+'];
    const steps = countSteps(diff) > 0 ? ` · ${plural(countSteps(diff), 'step')}` : '';
    return [line(`${sign} ${nameOf(diff)} · ${renderSingleFigures(only)}${steps}`)];
  }
  const body = path.flatMap((step) => bodyOf(step, view, false));
  const figures = leaf.children.length > 0 ? [] : [paint.dim(renderStepFigures(leaf.a!, leaf.b!))];
  return [
    paint.tilde(`~ ${name}`),
    ...indent([...body, ...figures], 4),
    ...indent(renderSteps(leaf.children, view)),
  ];
}

function renderSteps(steps: readonly RunDiff[], view: DiffView): readonly string[] {
  const lines: string[] = [];
  for (let at = 0; at < steps.length; ) {
    const from = at;
    while (at < steps.length && steps[at]!.change === 'same') at += 1;
    if (at - from > MOST_SAME) lines.push(view.paint.dim(`= ${at - from} steps`));
    else lines.push(...steps.slice(from, at).flatMap((step) => renderStep(step, view)));
    if (at < steps.length) lines.push(...renderStep(steps[at]!, view));
    at += 1;
  }
  return lines;
}

/** From a chain that has but one step to that step, however deep. */
function pathOf(diff: RunDiff): readonly RunDiff[] {
  const [step, ...others] = diff.children;
  const isPair = step !== undefined && step.a !== null && step.b !== null;
  return isPair && others.length === 0 ? [diff, ...pathOf(step)] : [diff];
}

function nameOf({ a, b }: RunDiff): string {
  const names = [...new Set([a, b].flatMap((run) => (run === null ? [] : [oneLine(run.name)])))];
  const { kind } = (b ?? a)!;
  return `${names.join(' → ')}${kind === 'tool' || kind === 'retriever' ? ` (${kind})` : ''}`;
}

function countSteps({ children }: RunDiff): number {
  return children.reduce((sum, child) => sum + 1 + countSteps(child), 0);
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
