// `npm run bench:chat`: what a turn of a long conversation costs, by the kind of memory, beside what the model is sent.
// The model answers at once and reports its usage, so that only the conversation's own work is left. Fails where a turn
// late in the conversation costs more than an early one and the model isn't sent more.
import { ensure } from '../scripts/ensure.mjs';

const TURNS = 1000;
const SPAN = 100;
const KINDS = ['buffer', 'window:2', 'window:6', 'token-buffer:500', 'summary', 'summary-buffer:650'];
/** Of milliseconds and of bytes a turn: noise, on a machine that does other things too. */
const MUCH_MORE = 2;
const BYTES_OF_A_TURN = 8192;

await ensure();
const { ConversationChain, Model, TokenCounter, createMemory } = await import('../dist/index.js');

/** Answers at once, as long as people do. */
class InstantModel extends Model {
  name = 'InstantModel';
  model = 'gpt-4o';
  provider = 'bench';
  kind = 'chat';
  sent = 0;

  async *answer({ messages }) {
    this.sent = messages.reduce((sum, { content }) => sum + content.length, 0);
    yield [{ text: 'A dozen pink roses and some eucalyptus would suit her well; shall I add a card?' }, END];
  }
}

const USAGE = { inputTokens: 9, outputTokens: 9, totalTokens: 18, cachedTokens: null, reasoningTokens: null };
const END = { finishReason: 'stop', usage: { ...USAGE, source: 'reported' } };

const rows = [];
for (const kind of KINDS) rows.push(await measure(kind));
console.log(render(rows));
const bent = rows.filter(
  ({ early, late, sent }) => sent < 2 && late.ms > early.ms * MUCH_MORE && late.ms > 0.2,
);
const heavy = rows.filter(({ bytes }) => bytes > BYTES_OF_A_TURN);
if (bent.length + heavy.length > 0) {
  throw new Error(`not flat: ${[...bent, ...heavy].map(({ kind }) => kind).join(', ')}`);
}

async function measure(kind) {
  const llm = new InstantModel();
  const conversation = new ConversationChain({ llm, memory: createMemory(kind, { llm }) });
  const counter = new TokenCounter();
  const talk = async (count) => {
    for (let turn = 0; turn < count; turn += 1) {
      await conversation.run('Which flowers would you give to a sister who turns thirty tomorrow?', {
        callbacks: [counter],
      });
    }
  };
  await talk(SPAN); // Not measured: the program is being made fast.
  const early = await timed(talk, llm);
  const before = heap();
  await talk(TURNS - 3 * SPAN);
  const after = heap();
  const late = await timed(talk, llm);
  return { kind, early, late, sent: late.sent / early.sent, bytes: (after - before) / (TURNS - 3 * SPAN) };
}

async function timed(talk, llm) {
  const started = performance.now();
  await talk(SPAN);
  return { ms: (performance.now() - started) / SPAN, sent: llm.sent };
}

function heap() {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function render(all) {
  const line = (cells) =>
    cells.map((cell, index) => (index === 0 ? cell.padEnd(20) : cell.padStart(16))).join('');
  return [
    line(['memory', 'turns 101–200', 'turns 901–1000', 'model is sent', 'heap a turn']),
    ...all.map(({ kind, early, late, sent, bytes }) =>
      line([
        kind,
        `${early.ms.toFixed(3)} ms`,
        `${late.ms.toFixed(3)} ms`,
        `${sent.toFixed(1)} ×`,
        `${Math.round(bytes)} bytes`,
      ]),
    ),
  ].join('\n');
}
