import { expect, it } from 'vitest';
import { runBundled } from '../support/run-bundled.js';

/** Bytes a run. What is kept for one would be more: its events alone are some hundreds. */
const NOTHING = 40;

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
      class Model extends FakeModel {}
      const chain = new LLMChain({
        llm: new Proxy(new Model({ steps: ['one', FINISH] }), {
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
      const ROUNDS = 2000;
      await runs(ROUNDS);
      const before = await runs(ROUNDS);
      const after = await runs(ROUNDS);
      console.log((after - before) / ROUNDS);
    `,
    ['--expose-gc'],
  );
  expect(stderr).toBe('');
  expect(Number(stdout)).toBeLessThan(NOTHING);
});
