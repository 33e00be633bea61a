import { Parser } from 'expr-eval-fork';

/**
 * What an expression comes to.
 * @throws Error for what is none
 */
export function evaluate(expression: string): unknown {
  const parser = new Parser({ operators: { assignment: false, fndef: false, concatenate: false } });
  return parser.parse(expression).evaluate({});
}
