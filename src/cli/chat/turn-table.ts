import { renderCost } from '../../callbacks/figures.js';
import { addUsage } from '../../tokens/usage.js';
import { type Column, renderTable } from '../table.js';
import { renderCount } from './figures.js';
import { isOffline, type SpentTurn } from './spending.js';

/** What each turn took: a row for each, those that were discarded too. */
export function renderTurnTable(turns: readonly SpentTurn[], width: number): string {
  const column = (head: string, cell: (turn: SpentTurn) => string): Column => ({
    head,
    cells: turns.map(cell),
  });
  const columns = [
    {
      ...column('turn', ({ turn, reason }) => (reason === null ? `${turn}` : `${turn} ${reason}`)),
      align: 'left' as const,
    },
    column('in', ({ usage }) => renderCount(usage.inputTokens)),
    column('out', ({ usage }) => renderCount(usage.outputTokens)),
    column("memory's own", ({ memoryUsage }) =>
      memoryUsage === null ? '' : renderCount(memoryUsage.totalTokens),
    ),
    column('total', ({ usage, memoryUsage }) =>
      renderCount(
        memoryUsage === null ? usage.totalTokens : addUsage(addUsage(null, usage), memoryUsage).totalTokens,
      ),
    ),
    column('cost', renderTurnCost),
  ];
  return renderTable(columns, { width });
}

/** The memory's own included: not known where a part of it isn't. */
function renderTurnCost({ model, cost, memoryUsage, memoryCost = null }: SpentTurn): string {
  if (isOffline(model)) return 'none';
  if (memoryUsage === null) return renderCost(cost);
  return renderCost(cost === null || memoryCost === null ? null : cost + memoryCost);
}
