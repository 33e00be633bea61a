import { expect, it } from 'vitest';
import { wantsColor } from '../../src/callbacks/color.js';

const CASES: readonly (readonly [isTTY: boolean, env: Record<string, string>, color: boolean])[] = [
  [true, {}, true],
  [false, {}, false],
  [true, { TERM: 'dumb' }, false],
  [true, { TERM: 'xterm-256color' }, true],
  [true, { NO_COLOR: '1' }, false],
  [true, { NO_COLOR: '' }, true],
  [false, { FORCE_COLOR: '1' }, true],
  [false, { FORCE_COLOR: '' }, true],
  [false, { FORCE_COLOR: '3', NO_COLOR: '1', TERM: 'dumb' }, true],
  [true, { FORCE_COLOR: '0' }, false],
  [true, { FORCE_COLOR: 'false' }, false],
];

for (const [isTTY, env, color] of CASES) {
  it(`${isTTY ? 'a terminal' : 'a pipe'}, ${JSON.stringify(env)}: ${color}`, () => {
    expect(wantsColor({ isTTY }, env)).toBe(color);
  });
}

it('asks for no terminal where the stream does not say', () => {
  expect(wantsColor({}, {})).toBe(false);
});
