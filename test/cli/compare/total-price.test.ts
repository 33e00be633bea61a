import { expect, it } from 'vitest';
import { totalPrice } from '../../../src/cli/compare/total-price.js';

const paid = (cost: number | null) => ({ cost, offline: false });
const offline = { cost: null, offline: true };

it.each([
  { prices: [], total: '' },
  { prices: [offline, offline], total: 'none' },
  { prices: [paid(0.1), paid(0.2), offline], total: '$0.30' },
  { prices: [paid(0.1), paid(null)], total: '$0.10 + ?' },
  { prices: [paid(null), offline], total: 'no price' },
])('of $prices is $total', ({ prices, total }) => {
  expect(totalPrice(prices)).toBe(total);
});
