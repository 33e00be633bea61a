import type { EventType } from '../../src/events.js';
import { type Reply, reply, stream } from '../models/loopback.js';
import type { Answered } from './fault-case.js';
import { DONE, say, stop, usage } from './wire.js';

/** When a signal comes, and what the program promises for it: a row of the catalogue, for each signal. */
export interface SignalCase extends Answered {
  /** Default: each of {@link SIGNALS}. */
  readonly signals?: readonly (keyof typeof SIGNALS)[];
  /** Default: both. */
  readonly commands?: readonly ('run' | 'chat')[];
  /** A module of handlers. */
  readonly handlers?: string;
  /** The phase has come when this is seen: how often the server was asked, an event in the log, or a text. */
  readonly seen: { readonly calls: number } | { readonly event: EventType } | { readonly text: string };
  /** It comes once more, when this text is seen. */
  readonly again?: string;

  /** On stdout. Default: none. */
  readonly answer?: string;
  /** The summaries, and what else is on stderr. */
  readonly told: Readonly<Partial<Record<'run' | 'chat', string>>>;
  /** How the log ends. */
  readonly logged: readonly EventType[];
  readonly kept: string;
}

export const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

const silence: Reply = () => {};
const begin: Reply = (response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).write(say('Hel'));
};
const FINE = stream(say('Hello') + stop() + usage(3, 1) + DONE);
const ABORTED = ['llmError', 'chainError'] as const;

/** Hears a signal itself, so that nothing depends on how long anything takes. */
const CLOSING = `export default { onChainEnd() {}, close() {
  console.error('closing');
  return new Promise((done) => { for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(name, done); });
} };
`;
const HANGING = `export default { onLLMError() { console.error('hanging'); return new Promise(() => {}); } };
`;

export const SIGNAL_CASES: readonly SignalCase[] = [
  {
    fault: 'before the first byte',
    replies: [silence],
    seen: { calls: 1 },
    told: { run: 'gpt-5-mini · no tokens · stopped after N ms\n', chat: '0 turns · no tokens\n' },
    logged: ABORTED,
    kept: 'the log',
  },
  {
    fault: 'while an answer streams',
    replies: [begin],
    seen: { event: 'llmNewToken' },
    answer: 'Hel\n',
    told: {
      run: 'gpt-5-mini · 10 in + 1 out = 11 tokens (estimated) · no price · stopped after N ms\n',
      chat: '0 turns · 45 in + 1 out = 46 tokens (estimated) · no price\n',
    },
    logged: ABORTED,
    kept: 'what has come, its tokens, the log',
  },
  {
    fault: 'between two tries',
    replies: [reply(503, { error: { message: 'busy' } }, { 'retry-after': '30' })],
    seen: { event: 'retry' },
    told: { run: 'gpt-5-mini · no tokens · stopped after N ms\n', chat: '0 turns · no tokens\n' },
    logged: ABORTED,
    kept: 'the log',
  },
  {
    fault: 'while handlers close',
    replies: [FINE],
    handlers: CLOSING,
    seen: { text: 'closing' },
    answer: 'Hello\n',
    told: {
      run: 'closing\ngpt-5-mini · 3 in + 1 out = 4 tokens (reported) · no price · first token N ms · N ms\n',
      chat: 'closing\n1 turn · 3 in + 1 out = 4 tokens (reported) · no price\n',
    },
    logged: ['llmEnd', 'chainEnd'],
    kept: 'all',
  },
  {
    fault: 'while a chat waits for its next line',
    replies: [FINE],
    commands: ['chat'],
    seen: { text: 'Hello\n' },
    answer: 'Hello\n',
    told: { chat: '1 turn · 3 in + 1 out = 4 tokens (reported) · no price\n' },
    logged: ['llmEnd', 'chainEnd'],
    kept: 'all',
  },
  {
    fault: 'twice, while a handler hangs',
    signals: ['SIGINT'],
    replies: [begin],
    handlers: HANGING,
    seen: { event: 'llmNewToken' },
    again: 'hanging',
    answer: 'Hel\n',
    told: { run: 'hanging\n', chat: 'hanging\n' },
    logged: ['llmNewToken', 'llmError'],
    kept: 'what has come, and the log up to there; nothing is summed up',
  },
];
