import { ChainError } from '../errors.js';
import { type Tool, tool } from './tool.js';

/** Works out an expression, such as `2 * (3 + sqrt(16)) ^ 2`. It runs no code: there are no assignments and no functions of one's own. */
export function calculatorTool(): Tool {
  return tool({
    name: 'calculator',
    description:
      'Works out an arithmetic expression: + - * / % ^, brackets, and functions such as sqrt, round, min, max, log, sin; PI and E.',
    schema: {
      type: 'object',
      properties: { expression: { type: 'string', maxLength: 1000, description: 'such as 12 * (3 + 4.5)' } },
      required: ['expression'],
      additionalProperties: false,
    },
    needsApproval: false,
    run: ({ expression }) => calculate(String(expression)),
  });
}

/** @throws ChainError `invalid_tool_input` for what is no expression, or has no number as its value */
async function calculate(expression: string): Promise<number> {
  const { evaluate } = await import('./expression.js');
  try {
    const value: unknown = evaluate(expression);
    // Binary fractions leave noise behind the fifteenth digit.
    if (typeof value === 'number' && Number.isFinite(value)) return Number(value.toPrecision(15));
  } catch (cause) {
    throw new ChainError('invalid_tool_input', `not an expression: ${(cause as Error).message}`, { cause });
  }
  throw new ChainError('invalid_tool_input', 'its value is not a number');
}
