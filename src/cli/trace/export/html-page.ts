import { createHash } from 'node:crypto';
import { VERSION } from '../../version.js';
import { type DocumentFormat, type DocumentHead, figuresOf, spanOf } from './document.js';
import { Html, html } from './html.js';
import { htmlRun } from './html-run.js';
import { STYLE } from './html-style.js';

/**
 * One page that needs nothing else: no script, no picture, no font, and by its own policy none may be loaded. Its one
 * style is allowed by its hash, so that no other can be put in.
 */
export const HTML_PAGE: DocumentFormat = {
  begin: (head) => renderBegin(head).text,
  run: htmlRun,
  end: html`</main>
<footer>Written by chain ${VERSION}</footer>
</body>
</html>
`.text,
};

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'`;

function renderBegin(head: DocumentHead): Html {
  const { title, notes } = head;
  // The style is put in as it is, or its hash would be another.
  const style = new Html(`<style>${STYLE}</style>`);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>Trace: ${title}</title>
${style}
</head>
<body>
<header>
<h1>${title}</h1>
<p>${spanOf(head)}</p>
<dl class="totals">${figuresOf(head).map(({ label, value }) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>
${notes.map((note) => html`<p class="note">${note}</p>\n`)}<p class="legend">A bar is a run’s part of the time that the whole took; it is lighter until the first text came.</p>
</header>
<main>
`;
}
