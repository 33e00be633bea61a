import { describe, expect, it } from 'vitest';
import { answerArithmetic } from '../../../src/models/offline/arithmetic.js';

const BY_ZERO = 'Division by zero has no result.';
const TOO_LONG = 'The result is too long to write out.';

describe('what an expression comes to', () => {
  it.each([
    // How a question is put.
    ['1 + 2 = ', '3'],
    ['1 + 2 =', '3'],
    ['1+2', '3'],
    ['  1\n+\t2  ', '3'],
    ['1 + 2 = ?', '3'],
    ['1 + 2 = __', '3'],
    ['1 =', '1'],
    ['What is 12 * (3 - 4.5)?', '-18'],
    ["what's 2+2", '4'],
    ['What’s 2 + 2?', '4'],
    ['What is 2 plus 2?', '4'],
    ['How much is 1/8?', '0.125'],
    ['Please calculate: [1 + 2] * 3.', '9'],
    ['12 * 3 equals?', '36'],
    ['Compute 3 x 4', '12'],
    ['What is 15% of 80?', '12'],
    ['计算 1+2', '3'],
    ['请问1+1等于几？', '2'],
    ['帮我算一下 3 乘以 4 除以 2', '6'],
    ['10 加 5 是多少', '15'],
    ['１＋２＝', '3'],
    ['计算（１＋２）×３　等于多少？', '9'],
    // Operators, and what binds what.
    ['1 + 2 * 3', '7'],
    ['(1 + 2) * 3', '9'],
    ['10 - 4 - 3', '3'],
    ['100 / 10 / 5', '2'],
    ['7 % 3', '1'],
    ['-7 % 3', '-1'],
    ['7.5 % 2', '1.5'],
    ['10 ÷ 4', '2.5'],
    ['3 × -2', '-6'],
    ['5 − 7', '-2'],
    ['2^10', '1024'],
    ['2**10', '1024'],
    ['2^3^2', '512'],
    ['-2^2', '-4'],
    ['(-2)^2', '4'],
    ['2^-2', '0.25'],
    ['2 * -2^2', '-8'],
    ['6 / -3', '-2'],
    ['1 - -1', '2'],
    ['--1 + 1', '2'],
    ['0^0', '1'],
    ['(-1)^999999999999', '-1'],
    // Numbers, as exact as they can be written.
    ['0.1 + 0.2', '0.3'],
    ['1.1 * 1.1', '1.21'],
    ['.5 + .25', '0.75'],
    ['007 + 1', '8'],
    ['1.50 + 1.50', '3'],
    ['-0 + 0', '0'],
    ['1,234 + 1', '1235'],
    ['1,234,567.5 * 2', '2469135'],
    ['9007199254740993 + 0', '9007199254740993'],
    ['2^100', '1267650600228229401496703205376'],
    ['1/3', '0.333333333333'],
    ['2/3', '0.666666666667'],
    ['-2/3', '-0.666666666667'],
    ['1/3*3', '1'],
    ['1/30', '0.0333333333333'],
    ['100/7', '14.2857142857'],
    ['10^20/3', '33333333333333333333'],
    ['1/1024', '0.0009765625'],
    ['2^0.5', '1.4142135623731'],
    ['4^0.5', '2'],
    ['8^(1/3)', '2'],
    // What has no number for a result.
    ['1 / 0', BY_ZERO],
    ['5 % (2 - 2)', BY_ZERO],
    ['0 ^ -1', BY_ZERO],
    ['0 ^ -0.5', BY_ZERO],
    ['计算 1÷0', '除数不能为零。'],
    ['(-8)^0.5', 'The result is not a real number.'],
    ['9^9^9', TOO_LONG],
    ['9^-9^9', TOO_LONG],
    ['2^(10^30)', TOO_LONG],
  ])('%j is %j', (text, result) => {
    expect(answerArithmetic(text)).toBe(result);
  });
});

describe('what is no arithmetic', () => {
  it.each([
    '',
    ' ',
    '=',
    '= ?',
    '+',
    '1 +',
    '* 2',
    '42',
    'What is 5?',
    'What is love?',
    '你好',
    '1 2',
    '1.2.3',
    '2(3)',
    '(2)(3)',
    '()',
    '(1 + 2',
    '1 + 2)',
    '1 // 2',
    '2 *** 3',
    '1 + 2 = 3',
    '1 == 1',
    '1 < 2',
    '1 + 2 and then some',
    'a + b',
    '"1" + "2"',
    '[1, 2] + 3',
    'process.exit(1)',
    'constructor',
    'this',
    '~1 + 2',
    '1; 2',
    '1,23 + 1',
    '0x10 + 1',
    '1e999999999 + 1',
    '3² + 1',
    '15% + 200',
    '2024-01-02',
    '1/2/2024',
    'Explain step by step:\n1 + 2 = ',
  ])('%j', (text) => {
    expect(answerArithmetic(text)).toBeUndefined();
  });
});

describe('hostile expressions', () => {
  it.each([
    ['100,000 brackets', `${'('.repeat(100_000)}1${')'.repeat(100_000)} =`, undefined],
    ['100,000 open brackets', '('.repeat(100_000), undefined],
    ['101 brackets', `${'('.repeat(101)}1${')'.repeat(101)} =`, undefined],
    ['100 brackets', `${'('.repeat(100)}1${')'.repeat(100)} =`, '1'],
    ['900 signs', `1 ${'-'.repeat(900)}1`, '2'],
    ['499 sums', `1${'+1'.repeat(499)}`, '500'],
    ['499 powers', `1${'^1'.repeat(499)}`, '1'],
    ['a million characters', '1+'.repeat(500_000), undefined],
    ['a million spaces', `1 +${' '.repeat(1_000_000)}2`, undefined],
    ['900 spaces', `1 +${' '.repeat(900)}2`, '3'],
    ['a product at the limit', `9^1000${'*9^1000'.repeat(100)}`, TOO_LONG],
    ['a divisor at the limit', `1/9^1000${'/9^1000'.repeat(100)}`, TOO_LONG],
  ])('%s', (_, text, result) => {
    expect(answerArithmetic(text)).toBe(result);
  });

  it('answers an ordinary number with 1,000 digits in full', () => {
    const digits = '9'.repeat(900);
    expect(answerArithmetic(`${digits} + 0`)).toBe(digits);
  });
});
