import { stringify } from 'csv-stringify/sync';
import { escapeControls } from '../../../callbacks/log-line.js';
import { type RunRow, runRows } from '../../../trace/run-row.js';
import type { DocumentFormat } from './document.js';

const COLUMNS: readonly { readonly key: keyof RunRow; readonly header: string }[] = [
  { key: 'rootRunId', header: 'root_run_id' },
  { key: 'runId', header: 'run_id' },
  { key: 'parentRunId', header: 'parent_run_id' },
  { key: 'depth', header: 'depth' },
  { key: 'kind', header: 'kind' },
  { key: 'name', header: 'name' },
  { key: 'status', header: 'status' },
  { key: 'errorCode', header: 'error_code' },
  { key: 'errorMessage', header: 'error_message' },
  { key: 'startTime', header: 'start_time' },
  { key: 'durationMs', header: 'duration_ms' },
  { key: 'firstTokenMs', header: 'first_token_ms' },
  { key: 'template', header: 'template' },
  { key: 'tags', header: 'tags' },
  { key: 'provider', header: 'provider' },
  { key: 'model', header: 'model' },
  { key: 'answeredModel', header: 'answered_model' },
  { key: 'finishReason', header: 'finish_reason' },
  { key: 'inputTokens', header: 'input_tokens' },
  { key: 'outputTokens', header: 'output_tokens' },
  { key: 'totalTokens', header: 'total_tokens' },
  { key: 'cachedTokens', header: 'cached_tokens' },
  { key: 'reasoningTokens', header: 'reasoning_tokens' },
  { key: 'tokensAre', header: 'tokens_are' },
  { key: 'cost', header: 'cost_usd' },
  { key: 'retries', header: 'retries' },
  { key: 'input', header: 'input' },
  { key: 'output', header: 'output' },
];

/** Every run of the trees as a row. Columns may be added behind these. */
export const CSV: DocumentFormat = {
  begin: () => stringify([COLUMNS.map(({ header }) => header)]),
  *run({ run }) {
    for (const row of runRows(run)) yield stringify([COLUMNS.map(({ key }) => cell(row[key]))]);
  },
  end: '',
};

/**
 * A text that a spreadsheet would take for a formula gets an apostrophe before it, and control characters are shown,
 * not kept. Numbers stay numbers, without the tails that sums of binary fractions have.
 */
function cell(value: string | number | null): string | number | null {
  if (typeof value === 'number') return Number(value.toPrecision(12));
  if (value === null) return null;
  const text = escapeControls(value.replaceAll('\r\n', '\n'));
  return FORMULA.test(text) ? `'${text}` : text;
}

/** As OWASP lists them, full-width ones too, also behind white space. */
const FORMULA = /^(?:[\t\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])/;
