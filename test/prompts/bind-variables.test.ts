import { describe, expect, it } from 'vitest';
import { bindVariables } from '../../src/prompts/bind-variables.js';
import { parseTemplate } from '../../src/prompts/load.js';
import { MissingVariablesError, type PromptValues } from '../../src/prompts/prompt.js';
import { caught } from './caught.js';

const bind = async (text: string, values: PromptValues, extra?: PromptValues) =>
  bindVariables(await parseTemplate(text, { file: 'f.txt' }), values, extra);

const DEFAULTS = '---\ninputs: { a: 1, b: { required: false }, unused: { description: U } }\n---\n{a}{b}{c}';

describe('bindVariables', () => {
  it.each<[string, string, PromptValues, PromptValues, PromptValues]>([
    ['what is given', '{a}{b}', { a: 1, b: '{c}' }, {}, { a: 1, b: '{c}' }],
    ['what is given in bulk', '{a}{b}', {}, { a: 1, b: 2 }, { a: 1, b: 2 }],
    ['one by one over in bulk', '{a}{b}', { a: 1 }, { a: 2, b: 2 }, { a: 1, b: 2 }],
    ['in bulk only what is known', '{a}', {}, { a: 1, other: 2 }, { a: 1 }],
    ['no defaults, which the prompt has', DEFAULTS, { c: 3 }, {}, { c: 3 }],
    ['values over defaults', DEFAULTS, { a: 0, c: 3 }, {}, { a: 0, c: 3 }],
    ['an input that the text does not use', DEFAULTS, { c: 3, unused: 1 }, {}, { c: 3, unused: 1 }],
    ['an empty text', '{a}', { a: '' }, {}, { a: '' }],
    ['nothing', 'x', {}, {}, {}],
  ])('gives %s', async (_, text, values, extra, bound) => {
    expect(await bind(text, values, extra)).toEqual(bound);
  });

  it('gives what the prompt is formatted with', async () => {
    const template = await parseTemplate(DEFAULTS, { file: 'f.txt' });
    expect(template.prompt.formatPrompt(bindVariables(template, { c: '{a}' })).text).toBe('1{a}');
  });

  it('knows variables of any name', async () => {
    const values = JSON.parse('{"__proto__": "p", "constructor": "c"}');
    expect(Object.entries(await bind('{__proto__}{constructor}', values))).toEqual([
      ['__proto__', 'p'],
      ['constructor', 'c'],
    ]);
  });

  it.each<[string, string, PromptValues, string, string]>([
    ['one', '1 + {number} = ', {}, 'Missing variable: number (f.txt:1:5)', 'Set it with --var number=…'],
    [
      'all',
      '{b}\n{a} {c} {b}',
      { c: 1 },
      'Missing variables: b (f.txt:1:1), a (f.txt:2:1)',
      'Set them with --var b=… --var a=…',
    ],
    [
      'of all messages',
      '---\nsystem: "{s}"\n---\nuser:\n{u}',
      {},
      'Missing variables: s (f.txt:2:9), u (f.txt:5:1)',
      'Set them with --var s=… --var u=…',
    ],
    ['not one with a default', DEFAULTS, {}, 'Missing variable: c (f.txt:4:7)', 'Set it with --var c=…'],
    ['null', '{a}', { a: null }, 'Missing variable: a (f.txt:1:1)', 'Set it with --var a=…'],
    [
      'inherited names',
      '{constructor}{__proto__}',
      {},
      'Missing variables: constructor (f.txt:1:1), __proto__ (f.txt:1:14)',
      'Set them with --var constructor=… --var __proto__=…',
    ],
  ])('names what is missing: %s', async (_, text, values, message, hint) => {
    expect(await caught(() => bind(text, values))).toEqual({ code: 'missing_variable', message, hint });
    await expect(bind(text, values)).rejects.toBeInstanceOf(MissingVariablesError);
  });

  it.each<[string, string, PromptValues, string, string]>([
    [
      'with the nearest, and what is missing',
      '1 + {number} = ',
      { nubmer: 2 },
      'Unknown variable: nubmer (did you mean "number"?). Missing variable: number (f.txt:1:5)',
      'f.txt has variable number. Set it with --var number=…',
    ],
    [
      'all of them',
      '{first}{second}',
      { first: 1, second: 2, frist: 1, other: 2 },
      'Unknown variables: frist (did you mean "first"?), other',
      'f.txt has variables first, second.',
    ],
    ['where there are none', 'x', { a: 1 }, 'Unknown variable: a', 'f.txt has no variables.'],
    [
      'where an input is near',
      DEFAULTS,
      { c: 1, unsed: 1 },
      'Unknown variable: unsed (did you mean "unused"?)',
      'f.txt has variables a, b, c, unused.',
    ],
    [
      'that the text has in doubled braces',
      'Hi {{name}}',
      { name: 'Ann' },
      'Unknown variable: name',
      'In f.txt {{name}} is the text {name}: a variable has single braces.',
    ],
    [
      'whose name is inherited',
      '{a}',
      { a: 1, constructor: 2 },
      'Unknown variable: constructor',
      'f.txt has variable a.',
    ],
  ])('names what is unknown: %s', async (_, text, values, message, hint) => {
    expect(await caught(() => bind(text, values))).toEqual({ code: 'unknown_variable', message, hint });
  });
});
