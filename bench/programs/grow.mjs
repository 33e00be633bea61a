// `grow.mjs streams <streams> <handlers> <heard>`: so many streams at once, heard by so many handlers, which must have
// heard so many tokens together. `grow.mjs turns <turns>`: a conversation. Prints done.
import {
  BaseCallbackHandler,
  ChatOpenAI,
  ConversationBufferWindowMemory,
  ConversationChain,
} from '../../dist/index.js';

class Listener extends BaseCallbackHandler {
  heard = 0;
  onLLMNewToken() {
    this.heard += 1;
  }
}

const [kind, ...numbers] = process.argv.slice(2);
const [count, handlers, expected] = numbers.map(Number);
if (kind === 'streams') {
  const callbacks = Array.from({ length: handlers }, () => new Listener());
  const llm = new ChatOpenAI({ model: 'gpt-5-mini' });
  await Promise.all(
    Array.from({ length: count }, (_, index) => llm.invoke(`${index} + 2 = `, { callbacks })),
  );
  const heard = callbacks.reduce((sum, listener) => sum + listener.heard, 0);
  if (heard !== expected) throw new Error(`${heard} tokens were heard, not ${expected}`);
} else {
  const llm = new ChatOpenAI({ model: 'gpt-5-mini', streaming: false });
  const conversation = new ConversationChain({ llm, memory: new ConversationBufferWindowMemory({ k: 4 }) });
  for (let turn = 0; turn < count; turn += 1) await conversation.run(`${turn} + 2 = `);
}
process.stdout.write('done');
