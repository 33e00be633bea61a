import { isDeepStrictEqual } from 'node:util';

/** What a client can do with a fault, the worst first. docs/reliability.md says what each means. */
export const OUTCOMES = ['crash', 'key sent on', 'hangs', 'silent', 'wrong', 'calls', 'right'];

/** What else is right: the catalogue has one way of several that nobody would blame. */
const ALSO_RIGHT = {
  // Followed, but without the key.
  'a redirect to another host': ({ ended, error, text }) => ended && error === null && text === 'Hello',
  // Waits for as long as the server says, without an end here.
  'Retry-After of more than 60 s': ({ ended, attempts }) => !ended && attempts === 1,
  // How much is too much is for each to say.
  'an event of more than 16 MiB': ({ ended, error, text }) => ended && error === null && text === 'HelHello',
  // Nobody sends this by mistake: it may be refused.
  '`__proto__` in an event': ({ error }) => error !== null,
};

/**
 * One of {@link OUTCOMES}.
 * @param one the case, as `test/faults/client-case.ts` has it
 * @param told what the caller was told: `text` before an `error`, `toolCalls` where the client puts them together, how
 * many `attempts` there were, whether it `ended`, the `crash` that would have ended the process, `keys`: how many hosts
 * were sent a key
 */
export function outcomeOf(one, told) {
  if (told.crash !== undefined) return 'crash';
  if (told.keys > 1) return 'key sent on';
  if (ALSO_RIGHT[one.fault]?.(told)) return 'right';
  if (!told.ended) return 'hangs';
  if (one.fails && told.error === null) return 'silent';
  if (!one.fails && told.error !== null) return 'wrong';
  if (told.text !== one.text) return 'wrong';
  if (!one.fails && told.toolCalls !== null && !sameCalls(told.toolCalls, one.toolCalls)) return 'wrong';
  // What won't pass is asked once; how often one asks again what may pass is a matter of taste.
  if (one.fails && one.calls <= 1 && told.attempts > 1) return 'calls';
  return 'right';
}

/** By name and arguments, which are the text that was sent or what it says. */
function sameCalls(calls, expected) {
  const plain = (list) => list.map(({ name, arguments: args }) => ({ name, arguments: parsed(args) }));
  return isDeepStrictEqual(plain(calls), plain(expected));
}

function parsed(args) {
  if (typeof args !== 'string') return args;
  try {
    return JSON.parse(args || '{}');
  } catch {
    return args;
  }
}
