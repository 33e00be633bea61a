import { renderCost, renderDuration, renderUsage } from '../callbacks/figures.js';
import { cleanControls } from '../safety/clean.js';
import type { RunReport } from './run-report.js';

/**
 * The summary: one line, and one below it for each warning. Of a run that failed before anything was spent there is
 * nothing to sum up, and its error says the rest. No colour: the caller dims it where it may.
 */
export function renderSummary(report: RunReport): string {
  const figures = endOf(report) === 'failed' && report.usage === null ? [] : [renderFigures(report)];
  const lines = [...figures, ...report.warnings.map((warning) => `warning: ${warning}`)];
  return lines.map((line) => `${cleanControls(line)}\n`).join('');
}

function renderFigures(report: RunReport): string {
  const { usage, durationMs, firstTokenMs } = report;
  const speed = renderSpeed(report);
  const parts = [
    ...(report.offline ? [`${report.model} · offline, not a language model`] : [report.model ?? 'no model']),
    ...(report.toolCalls > 0
      ? [`${report.requests} requests, ${counted(report.toolCalls, 'tool call')}`]
      : []),
    usage === null ? 'no tokens' : renderUsage(usage),
    ...price(report),
    ...(firstTokenMs === null ? [] : [`first token ${renderDuration(firstTokenMs)}`]),
    ...(speed === null ? [] : [`${speed} tokens/s`]),
    `${ENDS[endOf(report)]}${renderDuration(durationMs)}`,
  ];
  return parts.join(' · ');
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function price({ offline, usage, cost }: RunReport): string[] {
  if (usage === null) return [];
  return [offline ? 'price none' : renderCost(cost)];
}

const ENDS = { whole: '', failed: 'failed after ', stopped: 'stopped after ' } as const;

export function endOf({ error }: RunReport): keyof typeof ENDS {
  if (error === null) return 'whole';
  return error.code === 'aborted' ? 'stopped' : 'failed';
}

/** Too short a time to tell a speed by. */
const INSTANT_MS = 10;

/** Tokens a second, while the answer streamed; over all of it where it came at once. `null` where that tells nothing. */
export function renderSpeed(report: RunReport): string | null {
  const { usage, answerMs, firstTokenMs } = report;
  if (report.offline || !usage?.outputTokens || answerMs === null) return null;
  const streamingMs = answerMs - (firstTokenMs ?? 0);
  const ms = streamingMs >= INSTANT_MS ? streamingMs : answerMs;
  if (ms < INSTANT_MS) return null;
  const perSecond = usage.outputTokens / (ms / 1000);
  return perSecond >= 100 ? String(Math.round(perSecond)) : perSecond.toFixed(1);
}
