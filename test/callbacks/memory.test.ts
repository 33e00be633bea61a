import { expect, it } from 'vitest';
import { runBundled } from '../support/run-bundled.js';

/** Bytes a round. Anything that is kept for a run would be more. */
const NOTHING = 60;

it('nothing of a run, its handlers or its signals is kept once it is over', async () => {
  const { stdout, stderr } = await runBundled(
    `
      import { CallbackManager } from '../src/callbacks/manager.js';
      import { withCallbacks } from '../src/callbacks/scope.js';
      import { LLMChain } from '../src/chains/llm-chain.js';
      import { PromptTemplate } from '../src/prompts/template.js';
      import { FakeModel, FINISH } from './support/fake-model.js';
      import { callTool } from './support/fake-tool.js';

      CallbackManager.onHandlerError = () => {};
      const [outer, inner] = [new AbortController().signal, new AbortController().signal];
      const shared = new CallbackManager([{ async onLLMEnd() { throw new Error('no'); } }, { background: true, onEvent() {} }]);
      const chain = new LLMChain({
        llm: new Proxy(new FakeModel({ steps: [[{ text: 'one', ...FINISH[0] }]] }), {
          get(target, name) {
            target.calls.length = 0;
            const value = target[name];
            return typeof value === 'function' ? value.bind(target) : value;
          },
        }),
        prompt: PromptTemplate.fromTemplate('{input}'),
        callbacks: shared,
      });
      async function runs(count) {
        for (let index = 0; index < count; index += 1) {
          const handlers = [
            { onEvent() {} },
            { background: true, onEvent() {} },
            { async onLLMEnd() {} },
            { onLLMEnd() { throw new Error('no'); } },
          ];
          const call = () => callTool(() => chain.invoke({ input: 'a' }, { signal: inner }), { signal: outer, callbacks: handlers });
          await withCallbacks([{ onEvent() {} }], call);
          for await (const _ of chain.stream({ input: 'a' }, { callbacks: handlers })) break;
          if (index % 100 === 0) await new Promise(setImmediate);
        }
        gc();
        gc();
        return process.memoryUsage().heapUsed;
      }
      const ROUNDS = 600;
      await runs(ROUNDS);
      let last = await runs(ROUNDS);
      let least = Number.POSITIVE_INFINITY;
      for (let again = 0; again < 4 && least >= ${NOTHING}; again += 1) {
        const now = await runs(ROUNDS);
        least = Math.min(least, (now - last) / ROUNDS);
        last = now;
      }
      console.log(least);
    `,
    ['--expose-gc'],
  );
  expect(stderr).toBe('');
  expect(Number(stdout)).toBeLessThan(NOTHING);
});
