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

it('counts columns of a terminal, not characters', () => {
  const columns: readonly Column[] = [
    { head: 'what', cells: ['模板.txt', 'add.txt'], align: 'left' },
    { head: 'tokens', cells: ['1', '20'] },
  ];
  const text = `what      tokens\n模板.txt       1\nadd.txt       20\n`;
  expect(renderTable(columns, { width: 16 })).toBe(text);
  expect(renderTable([...columns, { head: '数', cells: ['', ''] }], { width: 19 })).toContain('\n\n');
});

it('of many rows takes a time in proportion to them', () => {
  const cells = Array.from({ length: 150_000 }, (_, at) => `${at}`);
  expect(
    renderTable(
      [
        { head: 'a', cells },
        { head: 'b', cells },
      ],
      { width: 80 },
    ),
  ).toContain('149999  149999\n');
});

it('may have one column', () => {
  expect(renderTable([{ head: 'a', cells: ['b'] }], { width: 80 })).toBe('a\nb\n');
});
