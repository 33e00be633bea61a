import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeWorkspace, type Workspace } from '../support/run-cli.js';

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
  here.write('add.txt', '1 + {number} = \n');
});

function run(module: string, ...more: readonly string[]) {
  return here.run(['run', 'add.txt', '--var', 'number=2', '--callback', module, ...more]);
}

describe('--callback', () => {
  const MODULES = [
    {
      what: 'an object',
      module: "export const h = { onLLMEnd({ text }) { console.error('heard', text); } };",
    },
    { what: 'a class', module: "export class H { onLLMEnd({ text }) { console.error('heard', text); } }" },
    {
      what: 'a class whose methods are fields',
      module:
        "import { BaseCallbackHandler } from 'promptchain';\n" +
        "export default class extends BaseCallbackHandler { onLLMEnd = ({ text }) => console.error('heard', text); }",
    },
    {
      what: 'a class beside its instance',
      module:
        "export class H { onLLMEnd({ text }) { console.error('heard', text); } }\nexport default new H();",
    },
    {
      what: 'a list',
      module:
        "const h = { onLLMEnd({ text }) { console.error('heard', text); } };\nexport default [h, h];\nexport const other = 1;",
    },
    {
      what: 'no class that is none',
      module:
        "export class Helper { constructor() { console.error('made'); } }\n" +
        "export const h = { onLLMEnd({ text }) { console.error('heard', text); } };",
    },
  ];

  it('takes several modules, in order, whatever each of them exports', async () => {
    const flags = MODULES.flatMap(({ what, module }) => {
      here.write(`${what}.mjs`, module.replaceAll("'heard'", `'${what} heard'`));
      return ['--callback', `${what}.mjs`];
    });
    expect(await here.run(['run', 'add.txt', '--var', 'number=2', ...flags, '--quiet'])).toEqual({
      code: 0,
      stdout: '3\n',
      stderr: MODULES.map(({ what }) => `${what} heard 3\n`).join(''),
    });
  });

  it('promptchain inside it is the running copy', async () => {
    here.write(
      'h.mjs',
      `import { BaseCallbackHandler, ChainError, OfflineModel, withTokenCounter } from 'promptchain';
import { ScriptedModel } from 'promptchain/testing';
export class H extends BaseCallbackHandler {
  onLLMEnd() { throw new ChainError('internal', 'on purpose'); }
  async onChainError({ error }) { console.error('same', error.original instanceof ChainError, typeof ScriptedModel); }
  async onChainStart() {
    await withTokenCounter(async (counter) => {
      await new OfflineModel().invoke('1 + 1 =');
      console.error('counted', counter.successfulRequests);
    });
  }
  raiseError = true;
}`,
    );
    expect(await run('h.mjs', '--quiet')).toEqual({
      code: 1,
      stdout: '3\n',
      stderr: 'counted 1\nsame true function\nchain: on purpose\n',
    });
  });

  it('promptchain that CommonJS requires is the running copy, too', async () => {
    here.write(
      'h.cjs',
      `const { ChainError } = require('promptchain');
const { ScriptedModel } = require('promptchain/testing');
exports.h = {
  onLLMEnd() { throw new ChainError('internal', 'on purpose'); },
  onChainError({ error }) { console.error('same', error.original instanceof ChainError, typeof ScriptedModel); },
  raiseError: true,
};`,
    );
    expect(await run('h.cjs', '--quiet')).toEqual({
      code: 1,
      stdout: '3\n',
      stderr: 'same true function\nchain: on purpose\n',
    });
  });

  it('the flower shop’s handlers', async () => {
    const module = fileURLToPath(new URL('../../examples/flower-shop-handlers.mjs', import.meta.url));
    const { code, stdout, stderr } = await run(module, '--quiet');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      'Fetching flower data...',
      'Flower data fetched. Advising...',
      'Flower data: token: 3',
      '3',
      'Wrapping up the advice...',
      'Have a lovely day!',
      '',
    ]);
  });

  it('is TypeScript where Node can', async () => {
    here.write('h.ts', "export const h: { onLLMEnd(): void } = { onLLMEnd() { console.error('typed'); } };");
    const { typescript } = process.features as { typescript?: unknown };
    const { code, stderr } = await run('h.ts', '--quiet');
    expect({ code, stderr: stderr.replace(/\(node:\d+\) ExperimentalWarning[\s\S]*/, '') }).toEqual(
      typescript
        ? { code: 0, stderr: 'typed\n' }
        : {
            code: 2,
            stderr: `chain: --callback h.ts: Node ${process.versions.node} does not load TypeScript; Node 22.18 and later do\n`,
          },
    );
  });

  it('makes no log where it is refused', async () => {
    here.write('h.mjs', 'export const x = 1;');
    const { code, stdout } = await run('h.mjs', '--log', 'run.log');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(() => here.read('run.log')).toThrow('ENOENT');
  });

  it('counts what fails in a handler, in the document, too', async () => {
    here.write(
      'h.mjs',
      `export const a = { name: 'Loud', onLLMNewToken() { throw new Error('broken\\x1b[31m'); } };
export const b = { name: 'Late', async onLLMEnd() { throw new Error('as well'); } };`,
    );
    here.write('long.txt', '---\noffline: one two three\n---\nx');
    const args = ['run', 'long.txt', '--callback', 'h.mjs', '--json'];
    const warnings = [
      'callback handler Loud failed on llmNewToken: broken (3 times)',
      'callback handler Late failed on llmEnd: as well',
    ];
    expect(JSON.parse((await here.run(args)).stdout).warnings).toEqual(warnings);
  });

  it('raiseError fails the run', async () => {
    here.write(
      'h.mjs',
      'export const h = { raiseError: true, onLLMEnd() { throw new Error("not good enough"); } };',
    );
    const { code, stdout, stderr } = await run('h.mjs');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '3\n' });
    expect(stderr.split('\n')).toEqual([
      'offline (arithmetic) · offline, not a language model · 13 in + 1 out = 14 tokens (estimated) · price none · first token N ms · failed after N ms',
      'chain: not good enough',
      '',
    ]);
  });

  it('closes its handlers at the end, whatever they do', async () => {
    here.write(
      'h.mjs',
      `export const a = { name: 'A', onLLMEnd() {}, close() { console.error('closed'); } };
export const b = { name: 'B', onLLMEnd() {}, async close() { throw new Error('stuck'); } };
export class C { onLLMEnd() {} close() { return new Promise(() => {}); } }`,
    );
    const { code, stdout, stderr } = await run('h.mjs');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '3\n' });
    expect(stderr.split('\n').filter((line) => !line.startsWith('offline'))).toEqual([
      'closed',
      'warning: callback handler B could not be closed: stuck',
      'warning: callback handler C could not be closed: it took longer than 5 s',
      '',
    ]);
  });
});
