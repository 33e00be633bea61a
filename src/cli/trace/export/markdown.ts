import { renderCost, renderDuration } from '../../../callbacks/figures.js';
import { renderTime } from '../../../callbacks/log-line.js';
import { type RunRow, runRows } from '../../../trace/run-row.js';
import { durationOf, type TraceRun, totalsOf, withDescendants } from '../../../trace/trace-run.js';
import { VERSION } from '../../version.js';
import { renderTree } from '../render-tree.js';
import { count } from '../stats-figures.js';
import { renderMoney, treeRows } from '../tree-rows.js';
import { type DocumentFormat, figuresOf, spanOf } from './document.js';
import { codeSpan, fence, tableCell } from './markdown-text.js';
import { detailsOf, statusWords, WITHOUT_CONTENT } from './run-details.js';

/**
 * Whatever comes from outside stands in code, in a line or in a block: so nothing in it is a link, a picture, markup or
 * the end of what it stands in.
 */
export const MARKDOWN: DocumentFormat = {
  begin: (head) =>
    paragraphs([
      `# Trace: ${codeSpan(head.title)}`,
      spanOf(head),
      list([
        ...figuresOf(head).map(({ label, value }) => `${label}: ${codeSpan(value)}`),
        ...head.notes.map((note) => `Note: ${codeSpan(note)}`),
      ]),
    ]),
  *run({ run: root, withoutContent }) {
    yield paragraphs([
      `## ${headingOf(root)}`,
      summaryOf(root),
      withoutContent ? WITHOUT_CONTENT : '',
      fence(renderTree(treeRows(root), { width: TREE_WIDTH, color: false })),
      root.children.length > 0 ? table([...runRows(root)]) : '',
    ]);
    let number = 0;
    for (const run of withDescendants(root)) {
      number += 1;
      yield details(run, number, withoutContent);
    }
  },
  end: `---\n\nWritten by chain ${VERSION}\n`,
};

const TREE_WIDTH = 100;

function headingOf(run: TraceRun): string {
  const { name, subject, tags } = detailsOf(run);
  return codeSpan([name, subject, ...tags.map((tag) => `#${tag}`)].filter((part) => part !== '').join(' '));
}

/** `2026-11-21 14:13:32.000 · ok · 400 ms · 12 in + 5 out = 17 tokens (reported) · $0.002`. */
function summaryOf(root: TraceRun): string {
  const totals = totalsOf(root);
  return [
    renderTime(root.time),
    codeSpan(statusWords(detailsOf(root).status, root)) || 'ok',
    renderDuration(durationOf(root)),
    ...(totals.runs > 0 ? [renderMoney(totals)] : []),
  ].join(' · ');
}

/** What models spent stands in their own rows. */
function table(rows: readonly RunRow[]): string {
  const tokens = (row: RunRow, number: number | null) => (row.tokensAre === null ? '' : count(number));
  return [
    '| # | run | kind | status | took | input | output | tokens are | cost |',
    '| ---: | --- | --- | --- | ---: | ---: | ---: | --- | ---: |',
    ...rows.map((row, index) => {
      const { name, answeredModel, model, kind, status, errorCode, durationMs, tokensAre, cost } = row;
      const label = [name, answeredModel ?? model ?? ''].join(' ');
      const cells = [
        index + 1,
        tableCell(label),
        kind,
        errorCode === null ? status : `${status} ${tableCell(errorCode)}`,
        renderDuration(durationMs),
        tokens(row, row.inputTokens),
        tokens(row, row.outputTokens),
        tokensAre ?? '',
        tokensAre === null ? '' : renderCost(cost),
      ];
      return `| ${cells.join(' | ')} |`;
    }),
  ].join('\n');
}

/** All that is known of one run. */
function details(run: TraceRun, number: number, withoutContent: boolean): string {
  const { facts, notices, error, passages } = detailsOf(run, { withoutContent });
  return paragraphs([
    `### ${number}. ${headingOf(run)}`,
    list([
      ...facts.map(({ label, value }) => `${label}: ${codeSpan(value)}`),
      ...notices.map((notice) => codeSpan(notice)),
    ]),
    ...(error === null
      ? []
      : [`**failed:** ${codeSpan(`${error.name} ${error.code}`)}`, fence(error.message)]),
    ...passages.flatMap(({ heading, text }) => [
      `**${codeSpan(heading)}**${text === '' ? ': empty' : ''}`,
      text === '' ? '' : fence(text),
    ]),
  ]);
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

/** With an empty line before each, and none for what is empty. */
function paragraphs(parts: readonly string[]): string {
  return parts
    .filter((part) => part !== '')
    .map((part) => `${part.trimEnd()}\n\n`)
    .join('');
}
