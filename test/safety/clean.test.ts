import { describe, expect, it } from 'vitest';
import { cleanControls } from '../../src/safety/clean.js';

const CASES: readonly (readonly [what: string, text: string, clean: string])[] = [
  ['plain text', 'Ein Strauß, 3 €: 🌹\n\tgut', 'Ein Strauß, 3 €: 🌹\n\tgut'],
  ['nothing', '', ''],
  ['colours', '\x1b[31mred\x1b[0m and \x1b[1;38;5;208mbold\x1b[m', 'red and bold'],
  ['moving the cursor and erasing', 'a\x1b[2J\x1b[H\x1b[?25lb\x1b[ qc', 'abc'],
  ['a title, ended by BEL', '\x1b]0;owned\x07text', 'text'],
  ['a link, ended by ST', '\x1b]8;;http://evil\x1b\\click\x1b]8;;\x1b\\', 'click'],
  ['a string without an end', '\x1b]52;c;cm0gLXJm\nnext line', '52;c;cm0gLXJm\nnext line'],
  ['a device control string', '\x1bP$q"p\x1b\\x', 'x'],
  ['the one-byte forms of C1', '\x9b31mred\x9d0;title\x9c\x90q\x9c\x85', 'red'],
  ['short escapes', '\x1bcreset\x1b(Bset\x1b7\x1b8', 'resetset'],
  ['an escape at the end', 'cut\x1b', 'cut'],
  ['a sequence cut by the end', 'cut\x1b[31', 'cut31'],
  ['an escape inside a sequence', '\x1b[\x1b[31mred', 'red'],
  ['carriage return, bell, backspace, NUL, DEL', 'a\r\nb\x07\b\0\x7fc\rd', 'a\nbcd'],
  ['reversed writing', 'user\u202egpj.exe\u202c\u2066x\u2069', 'user\\u202egpj.exe\\u202c\\u2066x\\u2069'],
  ['joiners and marks of honest text', 'می\u200cخواهم 👩\u200d🚀\u200e', 'می\u200cخواهم 👩\u200d🚀\u200e'],
];

describe('cleanControls', () => {
  for (const [what, text, clean] of CASES) {
    it(what, () => expect(cleanControls(text)).toBe(clean));
  }

  it('leaves nothing of any control character, in whatever order', () => {
    const pieces = [
      '\x1b',
      '[',
      ']',
      'P',
      '\\',
      '\x07',
      '\x9b',
      '\x9c',
      '\x9d',
      '0',
      ';',
      'm',
      '\n',
      '\r',
      'x',
    ];
    let seed = 1;
    const next = () => (seed = (seed * 48271) % 2147483647);
    for (let round = 0; round < 2000; round++) {
      let text = '';
      for (let length = 0; length < 24; length++) text += pieces[next() % pieces.length];
      expect(cleanControls(text), JSON.stringify(text)).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f]/);
    }
  });

  it('takes time in proportion to the text: hours, otherwise', () => {
    for (const piece of ['\x1b]', '\x1b[0', '\x1b[0 ', '\x1bP', '\x90', '\x9d', '\x1b ', '\x1b[\x1b]']) {
      cleanControls(piece.repeat(250_000));
    }
    expect(cleanControls(`\x1b]${'a'.repeat(1_000_000)}`)).toHaveLength(1_000_000);
  });
});
