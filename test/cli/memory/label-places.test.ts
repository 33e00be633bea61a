import { describe, expect, it } from 'vitest';
import { placeBeside, spreadOut } from '../../../src/cli/memory/label-places.js';

describe('labels in a column', () => {
  it.each<[string, ys: number[], places: number[]]>([
    ['stay where there is room', [10, 30, 90], [10, 30, 90]],
    ['make room, in their order', [52, 50, 51], [70, 50, 60]],
    ['of one place go below each other', [40, 40, 40], [40, 50, 60]],
    ['are kept above the lower bound', [99, 98, 97], [100, 90, 80]],
    ['are kept below the upper bound', [-5, 3], [0, 10]],
    ['may be none', [], []],
  ])('%s', (_, ys, places) => {
    expect(spreadOut(ys, 10, [0, 100])).toEqual(places);
  });
});

describe('labels beside their points', () => {
  const layout = { height: 14, size: 14, distance: 8 };

  it.each<[string, points: [number, number][], down: number[]]>([
    [
      'stay where there is room',
      [
        [0, 0],
        [200, 0],
      ],
      [0, 0],
    ],
    [
      'of one point go below and above it',
      [
        [0, 50],
        [0, 50],
        [0, 50],
        [0, 50],
      ],
      [0, 14, -14, 28],
    ],
    [
      'leave the point free that is in their way',
      [
        [0, 50],
        [60, 50],
      ],
      [14, 0],
    ],
    [
      'go past a point and a label',
      [
        [0, 50],
        [60, 50],
        [20, 64],
      ],
      [-14, 0, 0],
    ],
  ])('%s', (_, points, down) => {
    expect(
      placeBeside(
        points,
        points.map(() => 100),
        layout,
      ),
    ).toEqual(down);
  });
});
