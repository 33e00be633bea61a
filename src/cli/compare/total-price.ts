import { renderCost } from '../../callbacks/figures.js';

/** What one of several calls cost. */
export interface Price {
  /** In US dollars; `null` where no price is known. */
  readonly cost: number | null;
  /** Nothing is charged for it. */
  readonly offline: boolean;
}

/** All together: `$0.012 + ?` where a part of it isn't known. */
export function totalPrice(prices: readonly Price[]): string {
  const paid = prices.filter(({ offline }) => !offline);
  if (paid.length === 0) return prices.length === 0 ? '' : 'none';
  const known = paid.flatMap(({ cost }) => cost ?? []);
  if (known.length === 0) return renderCost(null);
  const total = renderCost(known.reduce((sum, cost) => sum + cost, 0));
  return known.length === paid.length ? total : `${total} + ?`;
}
