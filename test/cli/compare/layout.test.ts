import { describe, expect, it } from 'vitest';
import { layOut, type Note, type Paint, type Pane } from '../../../src/cli/compare/layout.js';

const asItIs = (text: string) => text;
const PLAIN: Paint = { plain: asItIs, head: asItIs, dim: asItIs, error: asItIs };
const MARKED: Paint = {
  plain: asItIs,
  head: (text) => `<b>${text}</b>`,
  dim: (text) => `<i>${text}</i>`,
  error: (text) => `<u>${text}</u>`,
};
const ALL = Number.POSITIVE_INFINITY;
/** Two columns of 24, and three between them. */
const TWO = { columns: 52, rows: ALL, paint: PLAIN };

function pane(label: string, lines: readonly string[], note: Note | null = null): Pane {
  return { label, lines: () => lines, note };
}

/** `1` to `last`. */
const lines = (last: number) => Array.from({ length: last }, (_, index) => `${index + 1}`);

describe('side by side', () => {
  it('are heads, a rule, text and notes, each wrapped to its column', () => {
    const note = { text: 'failed: nobody was there\nat all', style: 'error' } as const;
    const panes = [pane('a', ['one', 'two', 'three']), pane('openrouter:anthropic/claude', ['eins'], note)];
    expect(layOut(panes, TWO)).toEqual([
      'a                        │ openrouter:anthropic/',
      '                         │ claude',
      '─────────────────────────┼─────────────────────────',
      'one                      │ eins',
      'two                      │ failed: nobody was there',
      'three                    │ at all',
    ]);
  });

  it('are coloured text by text, never the space between', () => {
    const panes = [pane('a', ['x'], { text: '0.1 s', style: 'dim' }), pane('b', [])];
    expect(layOut(panes, { ...TWO, paint: MARKED })).toEqual([
      `<b>a</b>${' '.repeat(23)}<i> │</i> <b>b</b>`,
      `<i>${'─'.repeat(24)}─┼─${'─'.repeat(24)}</i>`,
      `x${' '.repeat(23)}<i> │</i>`,
      `<i>0.1 s</i>${' '.repeat(19)}<i> │</i>`,
    ]);
  });

  it('stand where they should, however wide a terminal takes a character to be', () => {
    const [, , row] = layOut([pane('a', ['玫瑰 👩‍👩‍👧‍👦']), pane('b', ['x']), pane('c', ['花'])], {
      ...TWO,
      columns: 79,
    });
    expect(row).toBe(`玫瑰 👩‍👩‍👧‍👦${' '.repeat(17)}\x1b[25G │ x${' '.repeat(23)} │ 花`);
  });

  it('show the last lines where there are too many', () => {
    const panes = [pane('a', lines(9)), pane('b', lines(4), { text: 'took 1 s', style: 'dim' })];
    const shown = layOut(panes, { ...TWO, rows: 7 });
    expect(shown.slice(2)).toEqual([
      '… 5 lines above         \x1b[25G │ 1',
      '6                        │ 2',
      '7                        │ 3',
      '8                        │ 4',
      '9                        │ took 1 s',
    ]);
    expect(layOut(panes, TWO)).toHaveLength(11);
  });
});

describe('on a screen that has become too narrow', () => {
  const narrow = { ...TWO, columns: 20 };

  it('one is under the other', () => {
    const panes = [
      pane('a', ['one'], { text: 'failed: nobody was there', style: 'error' }),
      pane('b', ['eins']),
    ];
    expect(layOut(panes, narrow)).toEqual([
      '== a ==',
      'one',
      'failed: nobody was',
      'there',
      '',
      '== b ==',
      'eins',
    ]);
  });

  it.each([
    { rows: 9, shown: ['== a ==', '… 5 lines above', '6', '7', '', '== b ==', '1', '2', '3'] },
    { rows: 5, shown: ['== a ==', '7', '', '== b ==', '3'] },
    { rows: 3, shown: ['== a ==', '', '== b =='] },
    { rows: 1, shown: ['== a =='] },
  ])('there are never more than $rows lines', ({ rows, shown }) => {
    const panes = [pane('a', lines(7)), pane('b', lines(3))];
    expect(layOut(panes, { ...narrow, rows })).toEqual(shown);
  });
});
