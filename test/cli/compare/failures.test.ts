import { describe, expect, it } from 'vitest';
import { joinFailures, joinMistakes } from '../../../src/cli/compare/failures.js';
import { exitCodeOf, renderError } from '../../../src/cli/exit.js';
import { ChainError } from '../../../src/errors.js';

const noKey = new ChainError('no_model', 'a has no key', { hint: 'Set KEY.' });
const noPrice = new ChainError('invalid_argument', 'b has no price', { hint: 'Give it one.' });
const over = new ChainError('budget_exceeded', 'too much');
const refused = new ChainError('authentication', 'refused', { hint: 'Is the key right?' });
const bug = new TypeError('x is not a function');

describe('mistakes', () => {
  it('are told all at once, each once', () => {
    const joined = joinMistakes([
      noKey,
      noPrice,
      new ChainError('no_model', 'a has no key', { hint: 'Set KEY.' }),
    ]);
    expect(joined).toMatchObject({
      code: 'no_model',
      message: 'a has no key; b has no price',
      hint: 'Set KEY. Give it one.',
      cause: noKey,
    });
  });

  it('that are one are what they are', () => {
    expect(joinMistakes([noKey, new ChainError('no_model', noKey.message)])).toMatchObject({
      message: 'a has no key',
    });
  });

  it('do not hide what is none', () => {
    expect(joinMistakes([noKey, bug])).toBe(bug);
  });
});

describe('failures', () => {
  const join = (...errors: readonly unknown[]) =>
    joinFailures(
      errors.map((_, index) => ({ label: `m${index + 1}` })),
      errors.map((error) => ({ error })),
    );

  it('are none where all went well', () => {
    expect(join(undefined, undefined)).toBeUndefined();
  });

  it('have a line each', () => {
    expect(renderError(join(undefined, refused, bug), false)).toBe(
      [
        'chain: 2 of 3 runs failed',
        '       m2: refused',
        '         Is the key right?',
        '       m3: x is not a function',
        '',
      ].join('\n'),
    );
  });

  it('say a hint once where several have it', () => {
    expect(renderError(join(refused, refused, bug, refused), false)).toBe(
      [
        'chain: 4 of 4 runs failed',
        '       m1: refused',
        '       m2: refused',
        '         Is the key right?',
        '       m3: x is not a function',
        '       m4: refused',
        '         Is the key right?',
        '',
      ].join('\n'),
    );
  });

  it.each([
    { errors: [refused, undefined], code: 1 },
    { errors: [bug, undefined], code: 1 },
    { errors: [refused, over], code: 3 },
    { errors: [undefined, over], code: 3 },
  ])('end the command with $code', ({ errors, code }) => {
    expect(exitCodeOf(join(...errors))).toBe(code);
  });
});
