import { EVENT_TABLE, type EventType } from '../../src/events.js';
import { reply, stream } from '../models/loopback.js';
import { DONE, say, stop, usage } from './wire.js';

/** What handlers of one's own do wrong, and what the program promises for it: a row of the catalogue. */
export interface HandlerCase {
  readonly fault: string;
  /**
   * JavaScript for a list of handlers, in which `everywhere(name, method)` is one for each kind of event.
   */
  readonly handlers: string;
  /** Told of each kind of event: of which handler, and what. */
  readonly warning?: { readonly handler: string; readonly text: string; readonly skipped?: boolean };
  /** All that is told besides the summary, where that is something else. */
  readonly told?: string;
  readonly exit?: number;
  /** Of a run that it ends. */
  readonly logged?: readonly EventType[];
  /** What a handler behind it has heard by then. Default: the same. */
  readonly others?: readonly EventType[];
}

/** What is heard of a run that is whole after a second try, and of one that breaks off then. */
export const WHOLE = [
  ...['chainStart', 'text', 'chatModelStart', 'retry', 'llmNewToken', 'llmNewToken'],
  ...['llmEnd', 'chainEnd'],
] as const satisfies readonly EventType[];
export const BROKEN = [...WHOLE.slice(0, -2), 'llmError', 'chainError'] as const;

const busy = reply(503, { error: { message: 'busy' } }, { 'retry-after-ms': '1' });
const whole = stream(say('Hel') + say('lo') + stop() + usage(3, 1) + DONE);
const broken = stream(say('Hel') + say('lo'));
/** The last of them begins with what could become a key, which the log holds back. */
export const REPLIES = [
  { fault: 'whole', replies: [busy, whole] },
  { fault: 'broken', replies: [busy, broken] },
  { fault: 'both', replies: [busy, whole, busy, broken] },
  { fault: 'secret', replies: [whole, stream(say('sk-test'), say('-01'), DONE)] },
] as const;

/** All of these kinds, in order. */
export const KINDS: readonly EventType[] = [...new Set([...WHOLE, ...BROKEN])];

/** The module of handlers of one's own, with one behind them that keeps a list of what it hears. */
export function moduleOf(cases: readonly Pick<HandlerCase, 'handlers'>[]): string {
  const methods = KINDS.map((type) => EVENT_TABLE[type].method);
  return `import { appendFileSync } from 'node:fs';
const everywhere = (name, method, handlerTimeoutMs = 5000) =>
  ${JSON.stringify(methods)}.map((on) => ({ name, handlerTimeoutMs, [on]: method }));
const last = { onEvent({ type }) { appendFileSync('heard.txt', type + '\\n'); } };
export default [${cases.map(({ handlers }) => `...(${handlers})`).join(', ')}, last];
`;
}

/** Nothing is lost by these, which are all there at once. In the order in which they fail. */
export const HANDLER_CASES: readonly HandlerCase[] = [
  {
    fault: 'leaves a rejection behind',
    handlers: "[{ onChainStart() { (async () => { throw new Error('no'); })(); } }]",
    told: 'chain: nobody waited for what failed: no\n',
  },
  {
    fault: 'throws, at every event',
    handlers: "everywhere('Throws', () => { throw new Error('no'); })",
    warning: { handler: 'Throws', text: 'no' },
  },
  {
    fault: 'rejects, at every event',
    handlers: "everywhere('Rejects', async () => { throw new Error('no'); })",
    warning: { handler: 'Rejects', text: 'no' },
  },
  {
    fault: 'never settles, at every event, with 20 ms of `handlerTimeoutMs`',
    handlers: "everywhere('Hangs', () => new Promise(() => {}), 20)",
    warning: {
      handler: 'Hangs',
      text: 'Hangs took longer than N ms and hears nothing more of this run',
      skipped: true,
    },
  },
  {
    fault: 'takes 50 ms, at every event',
    handlers: "everywhere('Slow', () => new Promise((done) => setTimeout(done, 50)))",
  },
  {
    fault: 'starts a run of its own, at every event',
    handlers: `everywhere('Starts', async () => {
      const { text } = await new (await import('promptchain')).OfflineModel().invoke('1 + 1 =');
      if (text !== '2') throw new Error(text);
    })`,
  },
];

/** These end the command. */
export const ENDING_CASES: readonly HandlerCase[] = [
  {
    fault: 'throws from a timer, where nobody can catch it',
    handlers: `[{ onChatModelStart() {
      setTimeout(() => { throw new Error('no'); });
      return new Promise((done) => setTimeout(done, 10_000));
    } }]`,
    told: 'chain: thrown where nobody could catch it: no\n',
    exit: 1,
    logged: ['chainStart', 'text', 'chatModelStart', 'llmError', 'chainError'],
  },
  {
    fault: 'is in a module that never loads',
    handlers: 'await new Promise(() => {})',
    told: 'chain: the command waits for something that will never come\n',
    exit: 1,
  },
  ...KINDS.map((type): HandlerCase => {
    const heard: readonly EventType[] = type.endsWith('Error') ? BROKEN : WHOLE;
    const at = heard.indexOf(type);
    return {
      fault: `calls \`process.exit(7)\` at ${type}`,
      handlers: `[{ ${EVENT_TABLE[type].method}() { process.exit(7); } }]`,
      exit: 7,
      logged: heard.slice(0, at + 1),
      others: heard.slice(0, at),
    };
  }),
];
