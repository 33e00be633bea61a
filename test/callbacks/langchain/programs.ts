import type { Callbacks } from '../../../src/callbacks/manager.js';
import { AgentChain } from '../../../src/chains/agent.js';
import { LLMChain } from '../../../src/chains/llm-chain.js';
import { ScriptedModel, type ScriptedReply } from '../../../src/models/scripted.js';
import { PromptTemplate } from '../../../src/prompts/template.js';
import { tool } from '../../../src/tools/tool.js';

const usage = { inputTokens: 12, outputTokens: 3, cachedTokens: 4, reasoningTokens: 1 };
const prompt = PromptTemplate.fromTemplate('Where are the {flower}?');

function chainOf(reply: ScriptedReply): LLMChain {
  const llm = new ScriptedModel({ replies: [reply], temperature: 0.5, maxTokens: 100 });
  return new LLMChain({ llm, prompt });
}

/** Small programs of this package, as handlers of others are tried in them. */
export const PROGRAMS = {
  chain: (callbacks: Callbacks) =>
    chainOf({ text: 'In May.', usage, model: 'scripted-2', responseId: 'r-1' }).run(
      { flower: 'roses' },
      { callbacks, tags: ['shop'], metadata: { till: 2 } },
    ),

  async stream(callbacks: Callbacks) {
    let text = '';
    for await (const token of chainOf({ text: 'In May.', usage }).stream({ flower: 'lilies' }, { callbacks }))
      text += token;
    return text;
  },

  agent(callbacks: Callbacks) {
    const stock = tool({
      name: 'stock',
      description: 'How many stems of a flower there are.',
      schema: { type: 'object', properties: { flower: { type: 'string' } }, required: ['flower'] },
      run: ({ flower }) => ({ [String(flower)]: 40 }),
    });
    const call = { id: 'c-1', name: 'stock', arguments: '{"flower":"roses"}' };
    const llm = new ScriptedModel({
      replies: [
        { toolCalls: [call], usage },
        { text: 'Forty.', usage },
      ],
    });
    return new AgentChain({ llm, prompt, tools: [stock] }).run({ flower: 'roses' }, { callbacks });
  },

  failure: (callbacks: Callbacks) =>
    chainOf({ text: 'In May.', error: OUT_OF_INK, failAfter: 1 })
      .run({ flower: 'tulips' }, { callbacks })
      .catch((error: unknown) => error),
};

/** What the program that fails fails with. */
export const OUT_OF_INK = new Error('out of ink');

/**
 * What LangChain.js declares as `any`, and what handlers of others send: looked into as it is. The expectations say what
 * must be there.
 */
// biome-ignore lint/suspicious/noExplicitAny: there is no type of it that could be relied on
export type Foreign = any;
