// A streamed answer through the library, heard by a console trace, a JSON log, a counter and five more. Prints how
// much the five heard.
import {
  BaseCallbackHandler,
  ChatOpenAI,
  FileCallbackHandler,
  StdoutCallbackHandler,
  TokenCounter,
} from '../../dist/index.js';

class Listener extends BaseCallbackHandler {
  length = 0;
  onLLMNewToken({ token }) {
    this.length += token.length;
  }
}

const listeners = Array.from({ length: 5 }, () => new Listener());
const log = new FileCallbackHandler(process.argv[2]);
const callbacks = [
  new StdoutCallbackHandler({ stream: process.stderr }),
  log,
  new TokenCounter(),
  ...listeners,
];
const llm = new ChatOpenAI({ model: 'gpt-5-mini' });
await llm.invoke('1 + 2 = ', { callbacks });
await log.close();
process.stdout.write(String(listeners.reduce((sum, { length }) => sum + length, 0)));
