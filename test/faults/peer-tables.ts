import { markdownTable } from '../../bench/markdown-table.mjs';

/** What `npm run bench:faults` found: `bench/faults.json`. */
export interface PeerResults {
  readonly faults: readonly {
    readonly fault: string;
    readonly fails: boolean;
    /** By client, in one order for all. */
    readonly outcomes: Readonly<Record<string, string>>;
  }[];
}

/** The best first. */
const OUTCOMES = ['right', 'silent', 'wrong', 'hangs', 'calls', 'key sent on', 'crash'];

/** How often each client did what. */
export function countsTable({ faults }: PeerResults): string {
  const rows = clientsOf(faults).map((client) => [
    client,
    ...OUTCOMES.map((wanted, index) => {
      const count = faults.filter(({ outcomes }) => outcomes[client] === wanted).length;
      return index === 0 ? `${count} of ${faults.length}` : count;
    }),
  ]);
  return markdownTable([['client', ...OUTCOMES], ...rows]);
}

/** What each client did with each fault. */
export function outcomesTable({ faults }: PeerResults): string {
  const clients = clientsOf(faults);
  const rows = faults.map(({ fault, fails, outcomes }) => [
    fault,
    fails ? 'an error' : 'the answer',
    ...clients.map((client) => outcomes[client]),
  ]);
  return markdownTable([['fault', 'should be', ...clients], ...rows]);
}

function clientsOf([first]: PeerResults['faults']): readonly string[] {
  return Object.keys(first?.outcomes ?? {});
}
