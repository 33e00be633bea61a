import { renderCost, renderDuration } from '../../callbacks/figures.js';
import { cleanControls } from '../../safety/clean.js';
import { durationOf, type TraceRun, totalsOf, withDescendants } from '../../trace/trace-run.js';
import type { Io } from '../io.js';

/** Says on stderr how a run that was carried out again differs from the original. */
export async function showDifferences(original: TraceRun, again: TraceRun, io: Io): Promise<void> {
  io.stderr.write(cleanControls(renderDifferences(original, again)));
}

function renderDifferences(original: TraceRun, again: TraceRun): string {
  const [before, after] = [totalsOf(original), totalsOf(again)];
  const parts = [
    told('prompt', json(promptOf(original)) === json(promptOf(again))),
    told('answer', answerOf(original) === answerOf(again)),
    changed('tokens', `${before.totalTokens}`, `${after.totalTokens}`),
    changed('cost', renderCost(before.cost), renderCost(after.cost)),
    changed('time', renderDuration(durationOf(original)), renderDuration(durationOf(again))),
  ];
  return `compared with run ${original.id.slice(0, 8)}: ${parts.join(', ')}\n`;
}

function told(what: string, isSame: boolean): string {
  return `${isSame ? 'the same' : 'another'} ${what}`;
}

function changed(what: string, before: string, after: string): string {
  return before === after ? `the same ${what}` : `${what} ${before} → ${after}`;
}

function promptOf(run: TraceRun): unknown {
  const starts = [...withDescendants(run)].map(({ start }) => start);
  const asked = starts.find((start) => start?.type === 'chatModelStart' || start?.type === 'llmStart');
  return asked?.type === 'llmStart' ? asked.prompt : asked?.type === 'chatModelStart' ? asked.messages : null;
}

function answerOf(run: TraceRun): string | undefined {
  const ends = [...withDescendants(run)].map(({ end }) => end);
  const answered = ends.find((end) => end?.type === 'llmEnd' || end?.type === 'llmError');
  return answered !== undefined && answered !== null && 'text' in answered ? answered.text : undefined;
}

function json(value: unknown): string {
  return JSON.stringify(value);
}
