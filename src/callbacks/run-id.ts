/**
 * A random UUID (version 4). Not from `node:crypto`, which takes a sixth of the time to load that Node itself takes to
 * start: an id names a run and guards nothing.
 */
export function newRunId(): string {
  const [a, b, c, d] = [hex8(), hex8(), hex8(), hex8()];
  const variant = '89ab'[Math.floor(Math.random() * 4)];
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${variant}${c.slice(1, 4)}-${c.slice(4)}${d}`;
}

/**
 * Eight characters of an id, by which people tell runs apart. Those of LangChain.js are of version 7, and begin with the
 * time: of these it is the end.
 */
export function runLabel(runId: string): string {
  return runId[14] === '7' ? runId.slice(-8) : runId.slice(0, 8);
}

function hex8(): string {
  return Math.floor(Math.random() * 2 ** 32)
    .toString(16)
    .padStart(8, '0');
}
