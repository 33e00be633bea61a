import { renderDuration } from '../../../callbacks/figures.js';
import { renderTime } from '../../../callbacks/log-line.js';
import { isoTime } from '../../../trace/run-row.js';
import { durationOf, type TraceRun, totalsOf, withDepth } from '../../../trace/trace-run.js';
import { renderMoney, type TreeRow, treeRows } from '../tree-rows.js';
import type { DocumentHead, DocumentRun } from './document.js';
import { type Html, html } from './html.js';
import { htmlSaid } from './html-said.js';
import { detailsOf, type RunDetails, statusWords, WITHOUT_CONTENT } from './run-details.js';

/** Browsers build no deeper trees than some hundred elements: runs that are deeper stand at the last level. */
const DEEPEST = 60;
/** Branches of larger trees are closed at first. */
const OPEN_ROWS = 200;
/** In larger trees what was said is closed at first. */
const OPEN_TEXTS = 8;

const CLOSE_RUN = '</details></li>\n';
const CLOSE_LIST = `</ol>\n${CLOSE_RUN}`;

/** A root run: a line about it, and its tree, in which every run can be opened. */
export function* htmlRun(
  { run: root, withoutContent }: DocumentRun,
  { total }: DocumentHead,
): Generator<string, void, void> {
  const rows = treeRows(root);
  const about = { rows: rows.length, alone: total.runs === 1, withoutContent };
  yield html`<details class="card"${open(about.alone)}>
<summary>${cardHead(root)}</summary>
<div class="inside">
${withoutContent && html`<p class="note">${WITHOUT_CONTENT}</p>\n`}<ol class="tree${rows.length > OPEN_ROWS && ' large'}">
`.text;
  let level = -1;
  let index = 0;
  for (const { run, depth } of withDepth(root)) {
    const next = Math.min(depth, DEEPEST);
    if (next <= level) yield CLOSE_RUN + CLOSE_LIST.repeat(level - next);
    else if (level >= 0) yield '<ol>\n';
    level = next;
    yield htmlRow(run, rows[index]!, depth, about).text;
    index += 1;
  }
  yield `${CLOSE_RUN}${CLOSE_LIST.repeat(level)}</ol>\n</div>\n</details>\n`;
}

function open(isOpen: boolean): Html | false {
  return isOpen && html` open`;
}

function cardHead(root: TraceRun): Html {
  const { name, subject, status, tags } = detailsOf(root);
  const totals = totalsOf(root);
  const words = statusWords(status, root);
  return html`<h2 class="name"><b>${name}</b> <i>${subject}</i>${tagsOf(tags)}</h2>
<div class="meta ${status}"><time datetime="${isoTime(root.time) ?? ''}">${renderTime(root.time)}</time> · <span class="status">${words === '' ? 'ok' : words}</span> · ${renderDuration(durationOf(root))}${totals.runs > 0 && ` · ${renderMoney(totals)}`}</div>`;
}

/** What decides how much of a tree is open at first. */
interface AboutTree {
  readonly rows: number;
  /** Whether the page has no other. */
  readonly alone: boolean;
  readonly withoutContent: boolean;
}

/** A run without the end of its element: its children come before that. */
function htmlRow(
  run: TraceRun,
  row: TreeRow,
  depth: number,
  { rows, alone, withoutContent }: AboutTree,
): Html {
  const details = detailsOf(run, { withoutContent });
  const { kind, name, subject, tags, status } = details;
  const isBranch = run.children.length > 0;
  const texts = alone && rows <= OPEN_TEXTS;
  const words = statusWords(status, run);
  const said = htmlSaid(details);
  return html`<li><details${open(isBranch ? rows <= OPEN_ROWS || depth === 0 : texts)}><summary class="row ${kind} ${status}">
<span class="name"><span class="kind">${kind}</span><b>${name}</b> <i>${subject}</i>${tagsOf(tags)}${depth > DEEPEST && html` <span class="tag">level ${depth}</span>`}${words !== '' && html` <span class="status">${words}</span>`}</span>
<span class="figures">${depth > 0 && row.figures}</span>
${timeBar(row.bar)}
<span class="took">${renderDuration(row.durationMs)}</span>
</summary>
${isBranch ? html`<details class="said"><summary>what went in and came out</summary>\n${said}</details>` : html`<div class="said">${said}</div>`}
`;
}

function tagsOf(tags: RunDetails['tags']): readonly Html[] {
  return tags.map((tag) => html` <span class="tag">#${tag}</span>`);
}

/** At least this part of a bar is seen of a run, however short it was. */
const LEAST = 0.6;

/** When a run began and ended in the time of the whole, in percent. What is lighter is the time until the first text. */
function timeBar({ start, first, end }: TreeRow['bar']): Html {
  const at = (part: number) => Math.round(part * 1000) / 10;
  const from = Math.min(at(start), 100 - LEAST);
  const width = Math.max(at(end) - from, LEAST);
  const wait = first === null ? 0 : Math.min(Math.max(0, at(first) - from), width - LEAST / 2);
  return html`<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="rail" width="100" height="8"/>${wait > 0 && rect('wait', from, wait)}${rect('span', from + wait, width - wait)}</svg>`;
}

function rect(name: 'wait' | 'span', x: number, width: number): Html {
  return html`<rect class="${name}" x="${x.toFixed(1)}" width="${width.toFixed(1)}" height="8"/>`;
}
