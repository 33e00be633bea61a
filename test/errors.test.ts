import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ChainError } from '../src/errors.js';

describe('a ChainError', () => {
  it('has a hint only where there is one', () => {
    expect(inspect(new ChainError('internal', 'no'))).not.toContain('hint');
    expect(Object.keys(new ChainError('internal', 'no'))).toEqual(['name', 'code']);
    expect(new ChainError('internal', 'no').hint).toBeUndefined();
    expect(inspect(new ChainError('internal', 'no', { hint: 'Try yes.' }))).toContain("hint: 'Try yes.'");
  });
});
