import { renderCost, renderDuration, renderUsage } from '../../callbacks/figures.js';
import type { TokenTotals } from '../../callbacks/token-totals.js';
import type { ChainEvent } from '../../events.js';
import {
  durationOf,
  type MomentEvent,
  modelOf,
  type RunStatus,
  statusOf,
  type TraceRun,
  templateOf,
  totalsOf,
} from '../../trace/trace-run.js';
import { valueText } from '../../trace/value-text.js';

/** A run's place in the drawn tree, and what is said of it there. Nothing is cut, cleaned or coloured yet. */
export interface TreeRow {
  /** The lines of the tree before the name. */
  readonly guides: string;
  /** The same for lines below. */
  readonly guidesBelow: string;
  readonly label: string;
  readonly status: RunStatus;
  /** Parts of the time that the topmost run took, 0 to 1. `first`: when the first text came. */
  readonly bar: { readonly start: number; readonly first: number | null; readonly end: number };
  readonly durationMs: number;
  /** Tokens and money; `''` for none. */
  readonly figures: string;
  /** Lines below: what happened in it, and how it failed. */
  readonly notes: readonly TreeNote[];
}

export interface TreeNote {
  readonly style: 'notice' | 'error' | 'detail';
  readonly text: string;
}

/** A run and all that are under it, a row each, in the order in which they were started. */
export function treeRows(run: TraceRun, until?: number): readonly TreeRow[] {
  const whole = Math.max(1, durationOf(run, until));
  const span = { from: run.time, whole, until };
  const rows: TreeRow[] = [];
  const waiting: Place[] = [{ run, guides: '', below: '' }];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const { run: each, guides, below } = place;
    const { children } = each;
    rows.push(rowOf(each, span, guides, children.length > 0 ? `${below}│  ` : `${below}   `));
    for (let at = children.length - 1; at >= 0; at -= 1) {
      const last = at === children.length - 1;
      const kept = below.length < DEEPEST ? below : `⋯${below.slice(4 - DEEPEST)}`;
      waiting.push({
        run: children[at]!,
        guides: `${kept}${last ? '└─ ' : '├─ '}`,
        below: `${kept}${last ? '   ' : '│  '}`,
      });
    }
  }
  return rows;
}

/** Of the lines before a name no more is drawn, in characters: the rest is left out in front. */
const DEEPEST = 36;

interface Place {
  readonly run: TraceRun;
  readonly guides: string;
  /** The same for what is under it. */
  readonly below: string;
}

interface TimeSpan {
  readonly from: number;
  readonly whole: number;
  /** When runs that have no end are taken to end. */
  readonly until: number | undefined;
}

function rowOf(run: TraceRun, span: TimeSpan, guides: string, guidesBelow: string): TreeRow {
  const durationMs = durationOf(run, span.until);
  const at = (ms: number) => Math.min(1, Math.max(0, ms / span.whole));
  const start = run.time - span.from;
  const firstMs = run.end !== null && 'firstTokenMs' in run.end ? run.end.firstTokenMs : null;
  return {
    guides,
    guidesBelow,
    label: labelOf(run),
    status: statusOf(run),
    bar: {
      start: at(start),
      first: firstMs === null ? null : at(start + firstMs),
      end: at(start + durationMs),
    },
    durationMs,
    figures: figuresOf(run),
    notes: notesOf(run),
  };
}

/** What runs: a model's name behind that of its class, a template's behind that of its chain. */
export function labelOf(run: TraceRun): string {
  const { end, start, name } = run;
  const asked = modelOf(run);
  const answered = end !== null && 'model' in end ? end.model : asked;
  const tags = (start?.tags ?? []).map((tag) => `#${tag}`);
  return [name, answered ?? templateOf(run), ...tags]
    .filter((part) => part !== null && part !== '')
    .join(' ');
}

function figuresOf(run: TraceRun): string {
  const { end } = run;
  if (end === null) return run.streamed === null ? '' : `${run.streamed.count} chunks so far`;
  switch (end.type) {
    case 'llmEnd':
    case 'llmError':
      return end.usage === null ? '' : `${renderUsage(end.usage)} · ${renderCost(end.cost)}`;
    case 'retrieverEnd':
      return `${end.documents.length} ${end.documents.length === 1 ? 'document' : 'documents'}`;
    default: {
      const totals = totalsOf(run);
      return totals.runs > 1 ? renderMoney(totals) : '';
    }
  }
}

/** `12 in + 5 out = 17 tokens (reported) · $0.001`; of several runs how many have no price, where some have one. */
export function renderMoney(totals: TokenTotals): string {
  if (totals.usage === null) return 'no tokens';
  const { cost, unpriced, runs } = totals;
  const missing = cost !== null && unpriced > 0 ? ` (${unpriced} of ${runs} without a price)` : '';
  return `${renderUsage(totals.usage)} · ${renderCost(cost)}${missing}`;
}

/** What happened in a run, and how it failed. */
export function notesOf(run: TraceRun): readonly TreeNote[] {
  const notes = run.moments.flatMap(noteOf);
  if (run.start === null) notes.unshift({ style: 'notice', text: 'its beginning is not in the file' });
  const { end } = run;
  if (end !== null && 'error' in end) {
    notes.push({ style: 'error', text: `${end.error.code}: ${end.error.message}` });
  }
  return notes;
}

function noteOf(event: MomentEvent): TreeNote[] {
  switch (event.type) {
    case 'retry':
      return [
        {
          style: 'notice',
          text: `retry ${event.attempt} in ${renderDuration(event.delayMs)}: ${event.reason}`,
        },
      ];
    case 'agentAction':
      return [{ style: 'detail', text: `action: ${event.tool} ${brief(event.input)}` }];
    case 'agentFinish':
      return [{ style: 'detail', text: `finished: ${brief(event.output)}` }];
    case 'customEvent':
      return [{ style: 'detail', text: `${event.eventName}: ${brief(event.data)}` }];
    case 'text':
      return event.kind === 'prompt'
        ? []
        : [{ style: 'detail', text: `${event.kind}: ${brief(event.text)}` }];
    default:
      return unknown(event);
  }
}

/** Of an event that this version has no words for. */
function unknown(event: never): TreeNote[] {
  return [{ style: 'detail', text: (event as ChainEvent).type }];
}

const BRIEF = 120;

function brief(value: unknown): string {
  const text = valueText(value);
  return text.length > BRIEF ? `${text.slice(0, BRIEF).replace(/[\ud800-\udbff]$/, '')}…` : text;
}
