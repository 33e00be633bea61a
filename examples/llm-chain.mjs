// A chain that is traced on the console (verbose), and in a file that its answer is logged to as well.
import { FileCallbackHandler, LLMChain, logger, OfflineModel, OpenAI, PromptTemplate } from 'promptchain';

const logfile = 'output.log';
logger.add(logfile, { colorize: true, enqueue: true });
const handler = new FileCallbackHandler(logfile);

// With no key, the offline model does the sum.
const llm = process.env.OPENAI_API_KEY ? new OpenAI() : new OfflineModel();
const prompt = PromptTemplate.fromTemplate('1 + {number} = ');

// Without `verbose` the console stays silent, and the file is written all the same.
const chain = new LLMChain({ llm, prompt, callbacks: [handler], verbose: true });
const answer = await chain.run({ number: 2 });
logger.info(answer);

await logger.complete();
await handler.close();
