/** The whole style of a page. It holds nothing but itself: no address, no font, no picture. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f6f6f4; --card: #ffffff; --text: #1d2126; --quiet: #5a6370; --line: #e0e2e6; --field: #f4f5f7;
  --chain: #68707d; --model: #3f57cf; --tool: #0b7a75; --retriever: #8a5a00; --error: #c02626; --aborted: #9a5b00;
  --ok: #2b7a3d; --in: #7c5cc4; --out: #2b7a3d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #131519; --card: #1b1e23; --text: #e4e7eb; --quiet: #9ba5b2; --line: #2e333b; --field: #22262d;
    --chain: #8f99a8; --model: #8fa2ff; --tool: #55c2bb; --retriever: #e0ac5c; --error: #ff8585; --aborted: #f0ae54;
    --ok: #74c686; --in: #b79cf5; --out: #74c686;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 1.5rem clamp(0.75rem, 3vw, 2.5rem); max-width: 84rem;
  background: var(--ground); color: var(--text);
  font: 0.9375rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
h1 { margin: 0; font-size: 1.375rem; overflow-wrap: anywhere; }
h2 { margin: 0; font-size: 1.0625rem; overflow-wrap: anywhere; }
header > p { margin: 0.125rem 0 0; color: var(--quiet); }
.totals { display: flex; flex-wrap: wrap; gap: 0.5rem; margin: 1rem 0; padding: 0; }
.totals > div { flex: 1 1 auto; padding: 0.5rem 0.75rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem; }
dt { color: var(--quiet); font-size: 0.8125rem; }
dd { margin: 0; overflow-wrap: anywhere; font-size: 0.875rem; }
.totals dd { font-variant-numeric: tabular-nums; }
.note { margin: 0.5rem 0; white-space: pre-line; padding: 0.375rem 0.75rem; border-left: 3px solid var(--aborted); background: var(--field); overflow-wrap: anywhere; }
.note.bad { border-color: var(--error); }
.note b { color: var(--error); }
.legend { margin: 0.5rem 0; font-size: 0.8125rem; color: var(--quiet); }
.card { margin: 0.75rem 0; background: var(--card); border: 1px solid var(--line); border-radius: 0.625rem; }
.card > summary { padding: 0.625rem 0.875rem; }
.card[open] > summary { border-bottom: 1px solid var(--line); }
.card > .inside { padding: 0.375rem 0.875rem 0.75rem; }
.meta { color: var(--quiet); font-size: 0.8125rem; font-variant-numeric: tabular-nums; }
summary { cursor: pointer; border-radius: 0.375rem; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary::before { content: ""; display: inline-block; width: 0.5rem; height: 0.5rem; margin-right: 0.5rem; background: var(--quiet); clip-path: polygon(0 0, 100% 50%, 0 100%); }
details[open] > summary::before { transform: rotate(90deg); }
summary:hover { background: var(--field); }
summary:focus-visible, pre:focus-visible { outline: 2px solid var(--model); outline-offset: 1px; }
summary h2 { display: inline; }
h2 i { font-style: normal; font-weight: 400; color: var(--quiet); }
.status { font-weight: 600; }
.ok .status { color: var(--ok); }
.error .status { color: var(--error); }
.aborted .status, .unfinished .status { color: var(--aborted); }
ol.tree, ol.tree ol { list-style: none; margin: 0; padding: 0; }
ol.tree ol { margin-left: 0.5rem; padding-left: 0.625rem; border-left: 1px solid var(--line); }
ol.large li { content-visibility: auto; contain-intrinsic-size: auto 1.875rem; }
.row { display: grid; grid-template-columns: 0.5rem minmax(0, 1fr) auto 11rem 5rem; gap: 0 0.75rem; align-items: center; padding: 0.1875rem 0.25rem; }
.row::before { margin: 0; }
.name { overflow-wrap: anywhere; }
.name b { font-weight: 600; }
.name i { font-style: normal; color: var(--quiet); }
.kind { display: inline-block; min-width: 4.25rem; margin-right: 0.5rem; padding: 0 0.375rem; border-radius: 0.25rem; text-align: center; font-size: 0.75rem; line-height: 1.25rem; color: var(--kind); border: 1px solid var(--kind); }
.tag { margin-left: 0.375rem; color: var(--quiet); font-size: 0.8125rem; }
.figures { color: var(--quiet); font-size: 0.8125rem; text-align: right; font-variant-numeric: tabular-nums; }
.took { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.bar { display: block; width: 100%; height: 0.625rem; }
.rail { fill: var(--field); }
.wait { fill: var(--kind); opacity: 0.35; }
.span { fill: var(--kind); }
.chain { --kind: var(--chain); } .model { --kind: var(--model); } .tool { --kind: var(--tool); }
.retriever { --kind: var(--retriever); }
.row.error .bar { --kind: var(--error); } .row.aborted .bar, .row.unfinished .bar { --kind: var(--aborted); }
.said { margin: 0.25rem 0 0.625rem 1.25rem; }
details.said > summary { display: inline-block; padding: 0 0.375rem; color: var(--quiet); font-size: 0.8125rem; }
.facts { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; margin: 0.25rem 0 0.5rem; }
.facts > div { max-width: 100%; }
figure { margin: 0.5rem 0; border-left: 3px solid var(--in); padding-left: 0.625rem; }
figure.out { border-color: var(--out); }
figcaption { color: var(--quiet); font-size: 0.8125rem; overflow-wrap: anywhere; }
pre { margin: 0.125rem 0 0; padding: 0.5rem 0.625rem; background: var(--field); border-radius: 0.375rem; white-space: pre-wrap; overflow-wrap: anywhere; font: 0.8125rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; unicode-bidi: plaintext; }
pre.long { max-height: 28rem; overflow: auto; }
footer { margin: 1.5rem 0 0; color: var(--quiet); font-size: 0.8125rem; }
@media (max-width: 48rem) {
  .row { grid-template-columns: 0.5rem minmax(0, 1fr) auto; }
  .row .name, .row .figures { grid-column: 2 / -1; }
  .row .figures { text-align: left; }
  .row .bar { grid-column: 2; }
  .kind { min-width: 0; }
  .said { margin-left: 0.5rem; }
  ol.tree ol { margin-left: 0.25rem; padding-left: 0.375rem; }
}
@media print {
  :root {
    color-scheme: light;
    --ground: #fff; --card: #fff; --text: #000; --quiet: #444; --line: #bbb; --field: #f4f4f4;
    --chain: #68707d; --model: #3f57cf; --tool: #0b7a75; --retriever: #8a5a00; --error: #c02626; --aborted: #9a5b00;
    --ok: #2b7a3d; --in: #7c5cc4; --out: #2b7a3d;
  }
  body { max-width: none; padding: 0; font-size: 9pt; }
  details::details-content { content-visibility: visible; block-size: auto; }
  pre.long { max-height: none; }
  summary::before { visibility: hidden; }
  .bar, .kind { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  ol.large li { content-visibility: visible; }
  .card { break-inside: auto; border: 0; border-top: 1px solid var(--line); border-radius: 0; }
}
`;
