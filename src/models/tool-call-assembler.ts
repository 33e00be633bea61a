import type { ToolCall } from '../messages.js';

/** A piece of a tool call, as a provider streams it. */
export interface ToolCallFragment {
  readonly index?: unknown;
  readonly id?: unknown;
  readonly function?: { readonly name?: unknown; readonly arguments?: unknown } | null;
}

/** Puts tool calls together. Arguments stay the text that came: nothing is added to what was cut short. */
export class ToolCallAssembler {
  readonly #calls: { index: unknown; id: string; name: string; arguments: string }[] = [];

  add(fragments: readonly (ToolCallFragment | null)[]): void {
    for (const fragment of fragments) if (fragment) this.#add(fragment);
  }

  /** In the order in which they began. A call without an id gets one, which its answer needs. */
  calls(): readonly ToolCall[] {
    return this.#calls.map(({ index: _, id, ...call }, position) => ({
      id: id || `call_${position}`,
      ...call,
    }));
  }

  #add({ index, id, function: called }: ToolCallFragment): void {
    const given = typeof id === 'string' ? id : '';
    let call =
      index === undefined
        ? this.#calls.at(-1)
        : this.#calls.findLast((candidate) => candidate.index === index);
    // Some servers count every call as the first one, or don't count at all: then a new id tells them apart.
    if (call === undefined || (given !== '' && call.id !== '' && given !== call.id)) {
      call = { index, id: given, name: '', arguments: '' };
      this.#calls.push(call);
    }
    call.id ||= given;
    if (typeof called?.name === 'string' && called.name !== '') call.name = called.name;
    call.arguments += toText(called?.arguments);
  }
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}
