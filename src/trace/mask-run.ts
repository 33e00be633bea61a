import { maskEvent } from '../callbacks/masked-event.js';
import type { Redact } from '../safety/redactor.js';
import type { TraceRun } from './trace-run.js';

type Copy = TraceRun & { readonly children: TraceRun[] };

/**
 * A run and all that are under it, masked as a log of this package is from the start: a trace may have been written
 * without. However deep it is, without recursion.
 */
export function maskRun(run: TraceRun, redact: Redact): TraceRun {
  const masked = copyOf(run, redact);
  const waiting = [{ from: run, to: masked }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { from, to } = next;
    for (const child of from.children) {
      const copy = copyOf(child, redact);
      to.children.push(copy);
      waiting.push({ from: child, to: copy });
    }
  }
  return masked;
}

function copyOf(run: TraceRun, redact: Redact): Copy {
  const { name, start, end, moments, streamed } = run;
  return {
    ...run,
    name: redact(name),
    start: start && maskEvent(start, redact),
    end: end && maskEvent(end, redact),
    moments: moments.map((event) => maskEvent(event, redact)),
    streamed: streamed && { ...streamed, text: redact(streamed.text) },
    children: [],
  };
}
