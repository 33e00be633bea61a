type Line = Readonly<Record<string, unknown>>;

/** What is never the same twice. */
const TIMES = ['time', 'durationMs', 'firstTokenMs'];

/**
 * Events without their times, and with their ids as the order in which they came: two runs that did the same have the
 * same.
 */
export function settleEvents(events: readonly Line[]): readonly Line[] {
  const ids = new Map<unknown, number>([[null, -1]]);
  const numberOf = (id: unknown) => ids.get(id) ?? ids.set(id, ids.size - 1).get(id);
  return events.map((event) => {
    const { runId, parentRunId, ...rest } = event;
    const kept = Object.entries(rest).filter(([name]) => !TIMES.includes(name));
    const { metadata } = event as { metadata?: Line };
    return {
      ...Object.fromEntries(kept),
      ...(metadata?.conversation !== undefined && { metadata: { ...metadata, conversation: 'ID' } }),
      runId: numberOf(runId),
      parentRunId: numberOf(parentRunId),
    };
  });
}
