import { describe, expect, it } from 'vitest';
import { MissingVariablesError, type PromptValues } from '../../src/prompts/prompt.js';
import { PromptTemplate } from '../../src/prompts/template.js';
import { caught } from './caught.js';

describe('PromptTemplate', () => {
  it('formats the lesson’s template', () => {
    const prompt = PromptTemplate.fromTemplate('1 + {number} = ');
    expect(prompt.template).toBe('1 + {number} = ');
    expect(prompt.inputVariables).toEqual(['number']);
    expect(prompt.format({ number: 2 })).toBe('1 + 2 = ');
  });

  it('is one user message', () => {
    expect(PromptTemplate.fromTemplate('1 + {number} = ').formatPrompt({ number: 2 })).toEqual({
      messages: [{ role: 'user', content: '1 + 2 = ' }],
      text: '1 + 2 = ',
    });
  });

  it('names its variables once, in the order of first use', () => {
    expect(PromptTemplate.fromTemplate('{b}{a}{b}{{c}}').inputVariables).toEqual(['b', 'a']);
  });

  it('needs no values where it has no variables', () => {
    expect(PromptTemplate.fromTemplate('{{}}').format()).toBe('{}');
  });

  it.each<[string, string, PromptValues, string]>([
    ['a variable', '{a}{b}', { a: '{b}', b: '{a}' }, '{b}{a}'],
    ['doubled braces', '{a}', { a: '{{x}}' }, '{{x}}'],
    ['a replacement pattern', '-{a}-', { a: "$&$1$`$'$$" }, "-$&$1$`$'$$-"],
    ['a loose brace', '{a}', { a: '}{' }, '}{'],
  ])('never scans a value: %s', (_, template, values, text) => {
    expect(PromptTemplate.fromTemplate(template).format(values)).toBe(text);
  });

  it.each<[string, string, PromptValues, string[]]>([
    ['all at once', '{c} {a} {b} {a}', { b: 1 }, ['c', 'a']],
    ['undefined and null', '{a}{b}{c}', { a: undefined, b: null, c: '' }, ['a', 'b']],
    ['inherited: constructor', '{constructor}', {}, ['constructor']],
    ['inherited: __proto__', '{__proto__}{toString}', {}, ['__proto__', 'toString']],
    ['inherited: of a class', '{a}', Object.create({ a: 1 }), ['a']],
  ])('names missing variables: %s', (_, template, values, missing) => {
    const format = () => PromptTemplate.fromTemplate(template).format(values);
    expect(format).toThrow(MissingVariablesError);
    expect(format).toThrow(
      expect.objectContaining({
        name: 'MissingVariablesError',
        code: 'missing_variable',
        message: `Missing ${missing.length === 1 ? 'variable' : 'variables'}: ${missing.join(', ')}`,
        missing,
      }),
    );
  });

  it.each<[string, string, PromptValues, string]>([
    [
      'one',
      '1 + {number} = ',
      { numbr: 1 },
      'Unknown variable: numbr (did you mean "number"?). Missing variable: number',
    ],
    [
      'two of three',
      '{number} {goods}',
      { Number: 1, good: 2, else: 3 },
      'Unknown variables: Number (did you mean "number"?), good (did you mean "goods"?). Missing variables: number, goods',
    ],
    ['none that the template has', '{number}{numbr}', { numbr: 1 }, 'Missing variable: number'],
    ['none without a value', '{number}', { numbr: null }, 'Missing variable: number'],
  ])('names what was mistyped beside it: %s', (_, template, values, message) => {
    const format = () => PromptTemplate.fromTemplate(template).format(values);
    expect(format).toThrow(expect.objectContaining({ code: 'missing_variable', message }));
  });

  it('takes own properties of any name, and objects without a prototype', () => {
    const prompt = PromptTemplate.fromTemplate('{__proto__} {constructor}');
    const values = JSON.parse('{"__proto__": "p", "constructor": "c"}');
    expect(prompt.format(values)).toBe('p c');
    expect(prompt.partial(values).format()).toBe('p c');
    expect(prompt.format(Object.assign(Object.create(null), { constructor: 'c', ['__proto__']: 'p' }))).toBe(
      'p c',
    );
    expect(({} as { p?: unknown }).p).toBeUndefined();
  });

  it('makes partials, which a value wins over, and never changes', () => {
    const prompt = PromptTemplate.fromTemplate('{a}{b}{c}');
    const partial = prompt.partial({ a: 1, b: undefined });
    expect(prompt.inputVariables).toEqual(['a', 'b', 'c']);
    expect(partial.inputVariables).toEqual(['b', 'c']);
    expect(partial.template).toBe('{a}{b}{c}');
    expect(partial.partial({ b: 2, other: 9 }).format({ c: 3 })).toBe('123');
    expect(partial.partial({ a: undefined }).format({ b: 2, c: 3 })).toBe('123');
    expect(partial.format({ a: 7, b: 2, c: 3 })).toBe('723');
    expect(partial.format({ a: null, b: 2, c: 3 })).toBe('123');
  });

  it('takes partial values and checks declared variables when made', async () => {
    const fields = { template: '{a}{b}', partialVariables: { a: 1 } };
    expect(new PromptTemplate({ ...fields, inputVariables: ['b'] }).format({ b: 2 })).toBe('12');
    expect(await caught(() => new PromptTemplate({ ...fields, inputVariables: ['c'] }))).toEqual({
      code: 'invalid_argument',
      message:
        'inputVariables do not fit the template: {c} is not in the template, {b} is not in inputVariables',
      hint: 'Leave inputVariables out to take them from the template.',
    });
  });
});
