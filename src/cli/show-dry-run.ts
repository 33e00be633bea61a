import { cleanControls } from '../safety/clean.js';
import { makeDryRun, renderDryRun } from './dry-run.js';
import type { Io } from './io.js';
import { toJsonLine } from './json-line.js';
import { noteModels } from './model-hint.js';
import type { RunPlan } from './run-plan.js';

/** Shows what would be sent, on stdout, and calls nothing. */
export async function showDryRun(plan: RunPlan, io: Io): Promise<void> {
  const { flags, runs } = plan;
  const records = await Promise.all(runs.map((run) => makeDryRun(plan, run)));
  let text: string;
  if (runs.length > 1) {
    const { renderDryRuns, toDryRunDocuments } = await import('./compare/dry-runs.js');
    text = flags.json
      ? toJsonLine(toDryRunDocuments(runs, records), io.redact)
      : renderDryRuns(runs, records, io);
  } else {
    text = flags.json
      ? toJsonLine({ schema: 1, ...records[0] }, io.redact)
      : renderDryRun(records[0]!, runs[0]!.llm.provider === 'offline');
  }
  await noteModels(new Set(runs.map(({ model }) => model)), plan.providers, io);
  io.stdout.write(io.stdout.isTTY ? cleanControls(text) : text);
}
