import { renderCost, renderDuration, renderUsage } from '../callbacks/figures.js';
import { cleanControls } from '../safety/clean.js';
import type { RunReport } from './run-report.js';

/** The summary: one line, and one below it for each warning. No colour: the caller dims it where it may. */
export function renderSummary(report: RunReport): string {
  const { usage, durationMs, firstTokenMs } = report;
  const parts = [
    ...(report.offline ? [`${report.model} · offline, not a language model`] : [report.model ?? 'no model']),
    usage === null ? 'no tokens' : renderUsage(usage),
    report.offline ? 'price none' : renderCost(report.cost),
    ...(firstTokenMs === null ? [] : [`first token ${renderDuration(firstTokenMs)}`]),
    ...speed(report),
    report.error === null ? renderDuration(durationMs) : `failed after ${renderDuration(durationMs)}`,
  ];
  const lines = [parts.join(' · '), ...report.warnings.map((warning) => `warning: ${warning}`)];
  return `${cleanControls(lines.join('\n'))}\n`;
}

function speed({ usage, durationMs, firstTokenMs }: RunReport): string[] {
  if (!usage?.outputTokens || durationMs <= 0) return [];
  const streamingMs = durationMs - (firstTokenMs ?? 0);
  const perSecond = usage.outputTokens / ((streamingMs >= 1 ? streamingMs : durationMs) / 1000);
  return [`${perSecond >= 100 ? Math.round(perSecond) : perSecond.toFixed(1)} tokens/s`];
}
