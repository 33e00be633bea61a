import { describe, expect, it } from 'vitest';
import { FString, isVariableName } from '../../src/prompts/f-string.js';
import { TemplateError } from '../../src/prompts/source-position.js';
import { caught } from './caught.js';

const BRACES = 'For a brace that is only text write it twice: {{ or }}.';
const NAMES = `A name has letters, digits, _ and -, and begins with a letter or _. ${BRACES}`;
const JSON_BRACES =
  'In pasted JSON write every brace twice ({{"a": 1}}), or bring it in as the value of a variable.';

describe('FString', () => {
  it.each([
    ['', ''],
    ['plain', 'plain'],
    ['{a}', '<a>'],
    ['1 + {a} = ', '1 + <a> = '],
    ['{a}{b}{a}', '<a><b><a>'],
    ['{{a}}', '{a}'],
    ['{{{a}}}', '{<a>}'],
    ['{a}}}', '<a>}'],
    ['{{{{', '{{'],
    ['}}}}', '}}'],
    ['{{{{a}}}}', '{{a}}'],
    ['{{"a": {{"b": "{c}"}}}}', '{"a": {"b": "<c>"}}'],
    ['{_}{a_1}{a-b}', '<_><a_1><a-b>'],
    ['你好{名字},{größe}{имя}', '你好<名字>,<größe><имя>'],
    ['{हिन्दी}', '<हिन्दी>'],
    ['{constructor}{__proto__}', '<constructor><__proto__>'],
    ['$& {a} $1 \\{{', '$& <a> $1 \\{'],
    ['\n {a} \n', '\n <a> \n'],
  ])('renders %j as %j', (text, rendered) => {
    expect(new FString(text).render((name) => `<${name}>`)).toBe(rendered);
  });

  it.each([
    ['{', '1:1', '"{" is never closed', BRACES],
    ['}', '1:1', '"}" without a "{" before it', BRACES],
    ['a } b', '1:3', '"}" without a "{" before it', BRACES],
    ['{a}}', '1:4', '"}" without a "{" before it', BRACES],
    ['{{a}', '1:4', '"}" without a "{" before it', BRACES],
    ['x\n  {a', '2:3', '"{" is never closed', BRACES],
    ['{a {b}', '1:1', '"{" is never closed', BRACES],
    ['{}', '1:1', '"{}" names no variable', BRACES],
    ['ok {a}\n\n你好😀{', '3:4', '"{" is never closed', BRACES],
    ['{0}', '1:1', '"{0}" is not a variable', NAMES],
    ['{user.name}', '1:1', '"{user.name}" is not a variable', NAMES],
    ['{a:.2f}', '1:1', '"{a:.2f}" is not a variable', NAMES],
    ['{a b}', '1:1', '"{a b}" is not a variable', NAMES],
    ['{ a }', '1:1', '"{ a }" is not a variable', `Write {a} without spaces. ${BRACES}`],
    ['{-a}', '1:1', '"{-a}" is not a variable', NAMES],
    [
      'f() {\n  return a long function that no one wants;\n}',
      '1:5',
      '"{ return a long function that no one wa…" is not a variable',
      NAMES,
    ],
    ['{"a": 1}', '1:1', '"{" begins no variable; this looks like JSON', JSON_BRACES],
    ['Answer as\n{\n  "a": {"b": 1}\n}', '2:1', '"{" begins no variable; this looks like JSON', JSON_BRACES],
    ["{'a': 1}", '1:1', '"{" begins no variable; this looks like JSON', JSON_BRACES],
  ])('refuses %j at %s', async (text, place, reason, hint) => {
    expect(await caught(() => new FString(text, { file: 'f.txt', line: 1, column: 1 }))).toEqual({
      code: 'invalid_template',
      message: `f.txt:${place}: ${reason}`,
      hint,
    });
  });

  it('counts lines and columns from the place it is given', () => {
    const start = { file: 'f.txt', line: 7, column: 3 };
    expect([...new FString('😀{a}\n{b}{a}', start).variables]).toEqual([
      ['a', { file: 'f.txt', line: 7, column: 4 }],
      ['b', { file: 'f.txt', line: 8, column: 1 }],
    ]);
  });

  it('names line and column where there is no file, and keeps both as data', () => {
    let error: unknown;
    try {
      new FString('a\n }');
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(TemplateError);
    expect(error).toMatchObject({
      name: 'TemplateError',
      message: 'line 2, column 2: "}" without a "{" before it',
      position: { line: 2, column: 2 },
      reason: '"}" without a "{" before it',
    });
  });

  it.each<[unknown, string]>([
    ['text', 'text'],
    ['', ''],
    ['{a} {{b}} }', '{a} {{b}} }'],
    [0, '0'],
    [-1.5, '-1.5'],
    [false, 'false'],
    [10n, '10'],
    [[1, 'two'], '[1,"two"]'],
    [{ a: '{b}' }, '{"a":"{b}"}'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
  ])('shows the value %o as %j', (value, text) => {
    expect(new FString('{a}').render(() => value)).toBe(text);
  });

  const circular: Record<string, unknown> = {};
  circular.self = circular;
  it.each<[string, unknown, string]>([
    ['a function', () => 'x', 'a function'],
    ['a symbol', Symbol('x'), 'a symbol'],
    ['a circular object', circular, 'a value that JSON cannot hold'],
    ['an object with a BigInt', { n: 1n }, 'a value that JSON cannot hold'],
    ['an invalid date', new Date(Number.NaN), 'a value that JSON cannot hold'],
    ['an object whose JSON is nothing', { toJSON: () => undefined }, 'a value that JSON cannot hold'],
  ])('refuses %s as a value', async (_, value, what) => {
    expect(await caught(() => new FString('{a}').render(() => value))).toEqual({
      code: 'invalid_argument',
      message: `The value of {a} is ${what}`,
      hint: 'Give a string, a number, a boolean, a date, or an array or object of these.',
    });
  });

  it.each([
    ['variables', '{a}', '<a>', 300_000],
    ['doubled braces', '{{', '{', 500_000],
    ['text', 'x\n', 'x\n', 500_000],
  ])('takes 1 MB of %s in one pass', (_, piece, rendered, count) => {
    const text = new FString(piece.repeat(count)).render((name) => `<${name}>`);
    expect(text.length).toBe(rendered.length * count);
    expect(text.endsWith(rendered)).toBe(true);
  });

  it('takes 200,000 different variables on one line in one pass', () => {
    const text = Array.from({ length: 200_000 }, (_, index) => `{v${index}}`).join('');
    const parsed = new FString(text);
    expect(parsed.variables.size).toBe(200_000);
    expect(parsed.variables.get('v199999')).toEqual({
      line: 1,
      column: text.length - '{v199999}'.length + 1,
    });
  });

  it.each([
    ['never closed', `${'a'.repeat(10_000_000)}{`],
    ['a name of 10 MB that is never closed', `{${'a'.repeat(10_000_000)}`],
    ['10 MB of spaces after a brace', `{${' '.repeat(10_000_000)}`],
    ['braces on each of 300,000 lines', `${'\n}}'.repeat(300_000)}}`],
  ])('refuses %s in one pass', async (_, text) => {
    expect((await caught(() => new FString(text))).code).toBe('invalid_template');
  });
});

describe('isVariableName', () => {
  it.each([
    ['number', true],
    ['名字', true],
    ['a-b_1', true],
    ['__proto__', true],
    ['', false],
    ['1a', false],
    ['a b', false],
    ['a.b', false],
    ['a}', false],
    ['a\n', false],
  ])('%j: %s', (name, expected) => {
    expect(isVariableName(name)).toBe(expected);
  });
});
