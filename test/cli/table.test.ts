import { expect, it } from 'vitest';
import { type Column, renderTable } from '../../src/cli/table.js';

const COLUMNS: readonly Column[] = [
  { head: 'memory', cells: ['buffer', 'window:2'], align: 'left' },
  { head: 'input', cells: ['90,203', '11'] },
  { head: 'recall', cells: ['14/14', ''] },
];

it.each<[string, width: number, text: string]>([
  [
    'has no lines and no spaces at the end',
    80,
    `
memory     input  recall
buffer    90,203   14/14
window:2      11
`,
  ],
  [
    'fits to the last character',
    24,
    `
memory     input  recall
buffer    90,203   14/14
window:2      11
`,
  ],
  [
    'goes on below where it is too wide, with its first column again',
    23,
    `
memory     input
buffer    90,203
window:2      11

memory    recall
buffer     14/14
window:2
`,
  ],
  [
    'has two columns at least in each part, however narrow',
    1,
    `
memory     input
buffer    90,203
window:2      11

memory    recall
buffer     14/14
window:2
`,
  ],
])('%s', (_, width, text) => {
  expect(renderTable(COLUMNS, { width })).toBe(text.slice(1));
});

it('may have one column', () => {
  expect(renderTable([{ head: 'a', cells: ['b'] }], { width: 80 })).toBe('a\nb\n');
});
