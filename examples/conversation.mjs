// A conversation with memory, and a token counter around it: what was remembered after each turn, and what it all took.
import {
  ConversationBufferMemory,
  ConversationChain,
  OfflineModel,
  OpenAI,
  withTokenCounter,
} from 'promptchain';

// With no key, the offline model quotes what was said before.
const llm = process.env.OPENAI_API_KEY ? new OpenAI({ temperature: 0.5 }) : new OfflineModel();
const conversation = new ConversationChain({ llm, memory: new ConversationBufferMemory() });

const counter = await withTokenCounter(async (counter) => {
  // The first day.
  await conversation.run('我姐姐明天要过生日，我需要一束生日花束。');
  console.log(`Memory after the first turn:\n${conversation.memory.buffer}\n`);
  await conversation.run('她喜欢粉色玫瑰，颜色是粉色的。');
  console.log(`Memory after the second turn:\n${conversation.memory.buffer}\n`);
  // The second day.
  await conversation.run('我又来了，还记得我昨天为什么要来买花吗？');
  console.log(`The prompt's template:\n${conversation.prompt.template}\n`);
  console.log(`Memory after the third turn:\n${conversation.memory.buffer}\n`);
  return counter;
});

// Each turn is shown all of those before, so each costs more.
for (const { turn, inputTokens, outputTokens } of counter.byTurn) {
  console.log(`Turn ${turn}: ${inputTokens} in, ${outputTokens} out`);
}
console.log(`Tokens used: ${counter.totalTokens}`);
