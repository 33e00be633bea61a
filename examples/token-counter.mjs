// Three generations at once, under one token counter, and a fourth at the same time that it does not count.
import { OfflineModel, OpenAI, withTokenCounter } from 'promptchain';

const llm = process.env.OPENAI_API_KEY
  ? new OpenAI({ temperature: 0.5 })
  : new OfflineModel({ reply: 'Pink, as far as I know.' });
const ask = () => llm.generate(['Which colour of flowers does my sister like?']);

const fourth = ask();
const counter = await withTokenCounter(async (counter) => {
  await Promise.all([1, 2, 3].map(ask));
  return counter;
});
const { llmOutput } = await fourth;

// The counter stays readable after its scope.
console.log(`Tokens used: ${counter.totalTokens}`);
console.log(String(counter));
console.log(`Outside of it: ${llmOutput.tokenUsage.totalTokens}`);
