import { maskEvent, type WholeEvent } from '../callbacks/masked-event.js';
import { withoutContent } from '../callbacks/without-content.js';
import type { Redact } from '../safety/redactor.js';
import type { TraceRun } from './trace-run.js';

type Copy = TraceRun & { readonly children: TraceRun[] };

export interface MaskOptions {
  readonly redact: Redact;
  /** `false` leaves out what anybody said. Default: `true`. */
  readonly content?: boolean | undefined;
}

/**
 * A run and all that are under it, masked as a log of this package is from the start: a trace may have been written
 * without. However deep it is, without recursion.
 */
export function maskRun(run: TraceRun, options: MaskOptions): TraceRun {
  const masked = copyOf(run, options);
  const waiting = [{ from: run, to: masked }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { from, to } = next;
    for (const child of from.children) {
      const copy = copyOf(child, options);
      to.children.push(copy);
      waiting.push({ from: child, to: copy });
    }
  }
  return masked;
}

function copyOf(run: TraceRun, { redact, content = true }: MaskOptions): Copy {
  const { name, start, end, moments, streamed } = run;
  /** What is left of a start or an end is one. */
  const keep = <E extends WholeEvent>(event: E): E =>
    maskEvent(content ? event : (withoutContent(event) as E), redact);
  const kept = content ? moments : moments.filter((event) => withoutContent(event) !== null);
  return {
    ...run,
    name: redact(name),
    start: start && keep(start),
    end: end && keep(end),
    moments: kept.map(keep),
    streamed: streamed && { ...streamed, text: content ? redact(streamed.text) : '' },
    children: [],
  };
}
