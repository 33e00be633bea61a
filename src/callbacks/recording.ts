import {
  BaseCallbackHandler,
  type ChainEvent,
  type EventOf,
  type EventType,
  type HandlerOptions,
} from '../events.js';
import { startsNoRuns } from './context.js';

/** Keeps every event it hears, in order: for tests. */
export class RecordingHandler extends BaseCallbackHandler {
  readonly events: ChainEvent[] = [];

  static {
    startsNoRuns(RecordingHandler);
  }

  /** @param options how it wants to be called: `background`, `ignoreLLM`, `name`, … */
  constructor(options: HandlerOptions = {}) {
    super();
    Object.assign(this, options);
  }

  override onEvent(event: ChainEvent): void {
    this.events.push(event);
  }

  /** The types of the events, in order. */
  get types(): EventType[] {
    return this.events.map(({ type }) => type);
  }

  /** The events of one type, in order. */
  of<T extends EventType>(type: T): EventOf<T>[] {
    return this.events.filter((event): event is EventOf<T> => event.type === type);
  }
}
