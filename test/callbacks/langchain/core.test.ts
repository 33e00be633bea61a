import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
let folder: string;

/** A folder with this package as npm installs it, and nothing beside it. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'chain-peer-'));
  for (const name of ['package.json', 'dist'])
    cpSync(join(root, name), join(folder, 'package', name), { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a program prints, in a project of its own. */
function run(project: string, program: string, packages: Readonly<Record<string, string>>): string {
  for (const [name, target] of Object.entries(packages)) {
    const path = join(folder, project, 'node_modules', name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(target, path, 'dir');
  }
  const file = join(folder, project, 'program.mjs');
  writeFileSync(file, program);
  const { stdout, stderr } = spawnSync(process.execPath, [file], {
    cwd: folder,
    encoding: 'utf8',
  });
  return stdout + stderr;
}

const CORE = { '@langchain/core': join(root, 'node_modules/@langchain/core') };

const plainProgram = (library: string) => `
  import { fromLangChain, OfflineModel } from '${library}';
  const handler = {
    handleChatModelStart(_llm, [[{ content, constructor: { name } }]]) { console.log(content, name); },
    handleLLMNewToken(_token, _index, _id, _parent, _tags, { chunk }) { console.log(chunk.text, chunk.message.content); },
    handleLLMEnd({ generations: [[{ message }]] }) {
      console.log(message.getType(), message._getType(), message.text, message.usage_metadata.total_tokens);
    },
  };
  await new OfflineModel().invoke('1 + 2 =', { callbacks: [fromLangChain(handler)] });
`;

it('where @langchain/core isn’t installed a handler gets plain objects of the same shape', () => {
  const printed = run('alone', plainProgram('promptchain'), { promptchain: join(folder, 'package') });
  expect(printed).toBe('1 + 2 = \n3 3\nai ai 3 13\n');
});

it('is that of the file that makes the handler, wherever this package is', () => {
  const library = join(folder, 'package/dist/index.js');
  expect(run('elsewhere', plainProgram(library), CORE)).toBe('1 + 2 = HumanMessage\n3 3\nai ai 3 13\n');
});

it('a handler that was imported gets the classes that it imports, and one that was required those that it requires', () => {
  const program = `
    import { createRequire } from 'node:module';
    import { BaseCallbackHandler } from '@langchain/core/callbacks/base';
    import { AIMessage } from '@langchain/core/messages';
    import { fromLangChain, OfflineModel } from '${join(folder, 'package/dist/index.js')}';
    const require = createRequire(import.meta.url);
    const handlers = [
      [BaseCallbackHandler, AIMessage],
      [require('@langchain/core/callbacks/base').BaseCallbackHandler, require('@langchain/core/messages').AIMessage],
    ].map(([Base, Message]) => new (class extends Base {
      name = 'asks';
      awaitHandlers = true;
      handleLLMEnd({ generations: [[{ message }]] }) { console.log(Object.getPrototypeOf(message) === Message.prototype); }
    })());
    await new OfflineModel().invoke('1 + 2 =', { callbacks: handlers.map(fromLangChain) });
  `;
  expect(run('both', program, CORE)).toBe('true\ntrue\n');
});

it('is loaded by the first event, and not before', () => {
  const core = join(folder, 'core');
  const files = {
    'package.json': '{ "name": "@langchain/core", "exports": { "./*": "./*.cjs" } }',
    'callbacks/base.cjs': '',
    'messages.cjs': "console.log('loaded'); exports.HumanMessage = exports.AIMessage = Object;",
    'outputs.cjs': '',
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(core, name)), { recursive: true });
    writeFileSync(join(core, name), content);
  }
  const program = `
    import { fromLangChain, OfflineModel } from '${join(folder, 'package/dist/index.js')}';
    const handler = fromLangChain({ handleChainStart() {} });
    console.log('made');
    await new OfflineModel().invoke('1 + 2 =', { callbacks: [handler] });
  `;
  expect(run('later', program, { '@langchain/core': core })).toBe('made\nloaded\n');
});
