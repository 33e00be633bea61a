import jsep from 'jsep';
import {
  add,
  divide,
  type Fraction,
  formatFraction,
  multiply,
  type NoNumber,
  NoNumberError,
  negate,
  parseDecimal,
  power,
  remainder,
} from './fraction.js';
import { inLanguageOf, type Words } from './language.js';

/**
 * What an arithmetic expression comes to: `1 + 2 = `, `What is 12 * (3 - 4.5)?`, `计算 （１＋２）×３`. `undefined` for
 * every other text, also for one longer than 1,000 characters or with more than 100 brackets in one another.
 *
 * Numbers are exact, so there is no binary noise. `^` (or `**`) is the power, which binds from the right and before
 * a sign: `-2^2` is -4. `%` is the remainder, with the sign of the dividend.
 */
export function answerArithmetic(text: string): string | undefined {
  const tree = parse(text);
  if (tree === undefined) return undefined;
  try {
    return formatFraction(evaluate(tree));
  } catch (error) {
    if (error instanceof NoNumberError) return inLanguageOf(text, NO_NUMBER[error.reason]);
    if (error instanceof NotArithmeticError) return undefined;
    throw error;
  }
}

const NO_NUMBER: Readonly<Record<NoNumber, Words>> = {
  division_by_zero: { en: 'Division by zero has no result.', zh: '除数不能为零。' },
  too_long: { en: 'The result is too long to write out.', zh: '结果太长，无法写出。' },
  not_real: { en: 'The result is not a real number.', zh: '结果不是实数。' },
};

const MAX_LENGTH = 1000;
const MAX_DEPTH = 100;

/** What people write for operators and brackets; white space is single spaces by then. */
const SPELLINGS: readonly (readonly [written: RegExp, meant: string])[] = [
  [/’/g, "'"],
  [/[−–]/g, '-'],
  [/×| x |times|multiplied by|乘以?/gi, '*'],
  [/[÷∕⁄]|divided by|除以/gi, '/'],
  [/plus|加上?/gi, '+'],
  [/minus|减去?/gi, '-'],
  [/\^|to the power of/gi, '**'],
  [/(?<=\d) ?% of /gi, '/100*'],
  [/\[/g, '('],
  [/\]/g, ')'],
];

const BEFORE =
  /^(?:(?:please|can you|could you|tell me),? )*(?:what is|what's|what does|how much is|calculate|compute|evaluate|work out|solve)?(?: the (?:value|result) of)?:? ?/i;
const BEFORE_ZH = /^(?:请问|请|帮我|麻烦)*(?:计算|算|求)?(?:一下|一算|算看|出)?[:, ]*/;
const AFTER = / ?(=|equals?|等于|的(?:结果|值)是|是|得)? ?(?:多少|几|什么)? ?[?!.。_]*$/i;
const THOUSANDS = /(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])/g;

const DATE = /^(?:\d{4}([-/])\d\d?\1\d\d?|\d\d?\/\d\d?\/\d{4})$/;
/** A percentage that something is added to; not a remainder. */
const PERCENTAGE = /\d% ?[-+] /;
const OPERATION = /[\d)] ?[-+*/%]/;

class NotArithmeticError extends Error {}

function parse(text: string): jsep.Expression | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const written = toHalfWidth(text).replace(/\s+/g, ' ').trim();
  const meant = SPELLINGS.reduce((spelt, [from, to]) => spelt.replace(from, to), written);
  const bare = meant.replace(BEFORE, '').replace(BEFORE_ZH, '');
  const after = AFTER.exec(bare);
  const expression = bare.slice(0, after?.index).replace(THOUSANDS, (group) => group.replaceAll(',', ''));

  if (!/^[\d.+\-*/%() ]+$/.test(expression) || PERCENTAGE.test(expression)) return undefined;
  if (after?.[1] === undefined && !OPERATION.test(expression)) return undefined;
  if (DATE.test(written) || depthOf(expression) > MAX_DEPTH) return undefined;
  try {
    // The parser forgets brackets, and `(-2)**2` isn't `-2**2`: so a bracket also opens with a sign of its own.
    return jsep(expression.replaceAll('(', '~('));
  } catch {
    return undefined;
  }
}

/** １＋２ as 1+2. */
function toHalfWidth(text: string): string {
  return text.replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));
}

function depthOf(expression: string): number {
  let depth = 0;
  let deepest = 0;
  for (const character of expression) {
    if (character === '(') deepest = Math.max(deepest, ++depth);
    if (character === ')') depth--;
  }
  return deepest;
}

const UNARY: Readonly<Record<string, (operand: Fraction) => Fraction>> = {
  '-': negate,
  '+': (operand) => operand,
  '~': (operand) => operand,
};

const BINARY: Readonly<Record<string, (left: Fraction, right: Fraction) => Fraction>> = {
  '+': add,
  '-': (left, right) => add(left, negate(right)),
  '*': multiply,
  '/': divide,
  '%': remainder,
  '**': power,
};

function evaluate(node: jsep.Expression): Fraction {
  if (isNode<jsep.Literal>(node, 'Literal')) return parseDecimal(node.raw);
  if (isNode<jsep.UnaryExpression>(node, 'UnaryExpression')) {
    const operate = UNARY[node.operator];
    if (operate !== undefined) return operate(evaluate(node.argument));
  }
  if (isNode<jsep.BinaryExpression>(node, 'BinaryExpression')) {
    const { operator, left, right } = node;
    if (operator === '**' && isNode<jsep.UnaryExpression>(left, 'UnaryExpression') && left.operator === '-') {
      return negate(evaluate({ ...node, left: left.argument }));
    }
    const operate = BINARY[operator];
    if (operate !== undefined) return operate(evaluate(left), evaluate(right));
  }
  throw new NotArithmeticError();
}

function isNode<T extends jsep.Expression>(node: jsep.Expression, type: T['type']): node is T {
  return node.type === type;
}
