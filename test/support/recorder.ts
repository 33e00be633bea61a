import type { CallbackHandler, ChainEvent, HandlerOptions } from '../../src/events.js';

/** A handler that keeps what it hears. */
export interface Recorder extends CallbackHandler {
  readonly events: ChainEvent[];
  /** `chainStart LLMChain`, … */
  readonly lines: string[];
  readonly types: string[];
}

export function recorder(options: HandlerOptions = {}): Recorder {
  const events: ChainEvent[] = [];
  return {
    ...options,
    events,
    get lines() {
      return events.map(({ type, name }) => `${type} ${name}`);
    },
    get types() {
      return events.map(({ type }) => type);
    },
    onEvent(event) {
      events.push(event);
    },
  };
}

/** A handler that writes its label and the event's type into a log shared with others. */
export function labelled(label: string, log: string[], options: HandlerOptions = {}): CallbackHandler {
  return {
    ...options,
    onEvent({ type }) {
      log.push(`${label} ${type}`);
    },
  };
}

/** The events of one type. */
export function ofType<T extends ChainEvent['type']>(
  events: readonly ChainEvent[],
  type: T,
): Extract<ChainEvent, { type: T }>[] {
  return events.filter((event): event is Extract<ChainEvent, { type: T }> => event.type === type);
}
