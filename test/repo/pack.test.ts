import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { node, npm } from '../support/npm.js';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const MIB = 1024 * 1024;

interface Tarball {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

let folder: string;
let tarball: Tarball;
let paths: string[];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pack-'));
  const packed = npm(['pack', '--json', '--pack-destination', folder], { cwd: REPOSITORY });
  expect(packed.status, packed.stderr).toBe(0);
  tarball = Object.values(JSON.parse(packed.stdout))[0] as Tarball;
  paths = tarball.files.map(({ path }) => path);

  // An empty cache and no network: what isn't in the tarball can't come from anywhere.
  writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "type": "module", "private": true }');
  const args = ['install', '--offline', '--cache', join(folder, 'cache'), join(folder, tarball.filename)];
  const installed = npm(args, { cwd: folder });
  expect(installed.status, installed.stderr).toBe(0);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const inFolder = (...names: string[]) => join(folder, ...names);

it('is small', () => {
  expect(tarball.size).toBeLessThan(4 * MIB);
});

it('has what it needs and nothing else', () => {
  expect(paths).toEqual(
    expect.arrayContaining([
      'LICENSE',
      'README.md',
      'CHANGELOG.md',
      'package.json',
      'bin/chain.js',
      'bin/compile-cache.js',
      'bin/package.json',
      'dist/index.js',
      'dist/testing.js',
      'dist/start.cjs',
      'dist/THIRD_PARTY_LICENSES.txt',
      'dist/types/index.d.ts',
      'dist/types/testing.d.ts',
      'sample-prompts/add.txt',
      'sample-prompts/conversations/forty-turns-en.yaml',
      'docs/events.md',
      'examples/llm-chain.mjs',
      'schemas/conversation.schema.json',
      'schemas/front-matter.schema.json',
    ]),
  );
  const expected =
    /^(LICENSE|README\.md|CHANGELOG\.md|package\.json|bin\/(chain\.js|compile-cache\.js|package\.json)|dist\/THIRD_PARTY_LICENSES\.txt|(schemas|docs|examples|sample-prompts(\/conversations)?)\/[\w.-]+|dist\/[\w/.-]+\.(js|cjs|json|d\.ts))$/;
  expect(paths.filter((path) => !expected.test(path) || path.includes('/.'))).toEqual([]);
});

it('carries the licence of every package that it contains', () => {
  const licences = readFileSync(inFolder('node_modules/promptchain/dist/THIRD_PARTY_LICENSES.txt'), 'utf8');
  for (const name of [
    '@opentelemetry/sdk-trace',
    '@pydantic/genai-prices',
    'commander',
    'gpt-tokenizer',
    'openai',
    'ora',
    'winston',
  ]) {
    expect(licences).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(\\S+\\)$`, 'm'));
  }
  expect(licences).not.toContain('(undefined)');
});

it('brings no other package with it', () => {
  const { packages } = JSON.parse(readFileSync(inFolder('package-lock.json'), 'utf8'));
  expect(Object.keys(packages)).toEqual(['', 'node_modules/promptchain']);
});

it('has a command that works', () => {
  const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
  const env = {
    HOME: folder,
    USERPROFILE: folder,
    PATH: process.env.PATH,
    OPENAI_API_KEY: '',
    CHAIN_MODEL: '',
  };
  const run = (...args: string[]) =>
    npm(['exec', '--silent', '--offline', '--', 'chain', ...args], { cwd: folder, env });
  expect(existsSync(inFolder('node_modules/.bin/chain'))).toBe(true);
  expect(run('--version')).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  const template = 'node_modules/promptchain/sample-prompts/add.txt';
  expect(run('run', template, '--var', 'number=2')).toMatchObject({ status: 0, stdout: '3\n' });
});

it.each([{ module: 'nodenext' }, { module: 'esnext', moduleResolution: 'bundler' }])(
  'has types that need nothing but those of Node, and ask for them themselves: $module',
  (modules) => {
    // What programs in TypeScript have anyway.
    rmSync(inFolder('node_modules/@types'), { recursive: true, force: true });
    mkdirSync(inFolder('node_modules/@types'));
    symlinkSync(
      join(REPOSITORY, 'node_modules/@types/node'),
      inFolder('node_modules/@types/node'),
      'junction',
    );
    writeFileSync(
      inFolder('tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          exactOptionalPropertyTypes: true,
          skipLibCheck: false,
          target: 'es2022',
          lib: ['es2022'],
          types: [],
          ...modules,
        },
        files: ['program.ts'],
      }),
    );
    writeFileSync(
      inFolder('program.ts'),
      `import {
      BaseCallbackHandler,
      type CallbackHandler,
      type ChainEvent,
      ConversationBufferWindowMemory,
      ConversationChain,
      LLMChain,
      type LLMEndEvent,
      type Memory,
      OfflineModel,
      PromptTemplate,
      TokenCounter,
      withTokenCounter,
    } from 'promptchain';
    import { ScriptedModel } from 'promptchain/testing';

    class Ends extends BaseCallbackHandler {
      readonly texts: string[] = [];
      override onLLMEnd(event: LLMEndEvent): void {
        this.texts.push(event.text);
      }
    }

    const ends = new Ends();
    const all: ChainEvent['type'][] = [];
    const plain: CallbackHandler = { onLLMNewToken: ({ token }) => token.trim(), onEvent: (e) => all.push(e.type) };
    const prompt = PromptTemplate.fromTemplate('1 + {number} = ');
    const chain = new LLMChain({ llm: new OfflineModel(), prompt, callbacks: [plain] });
    const text: string = await withTokenCounter(async (counter: TokenCounter) => {
      const answer = await chain.run({ number: 2 }, { callbacks: [ends] });
      const total: number | null = counter.totalTokens;
      return answer + ' ' + (total !== null);
    });
    const scripted = new LLMChain({ llm: new ScriptedModel({ replies: ['hello'] }), prompt });
    console.log(text, await scripted.run({ number: 1 }), all[0]);
    const memory: Memory = new ConversationBufferWindowMemory({ k: 2 });
    const talk = new ConversationChain({ llm: new ScriptedModel({ replies: ['hello'] }), memory });
    const { response, history }: { response: string; history: string } = await talk.invoke({ input: 'hi' });
    console.log(response, history === '', memory.buffer, talk.prompt.template.endsWith('{input}\\nAI:'));
    // @ts-expect-error An event that doesn't exist.
    const wrong: ChainEvent['type'] = 'llmFinished';
    // @ts-expect-error A token is a string.
    const wrongHandler: CallbackHandler = { onLLMNewToken: ({ token }) => void token.toFixed() };
    void wrong, wrongHandler;
    `,
    );
    const tsc = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
    expect(node([tsc, '-p', '.'], { cwd: folder })).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(node(['program.js'], { cwd: folder })).toEqual({
      status: 0,
      stdout: '3 true hello chainStart\nhello true Human: hi\nAI: hello true\n',
      stderr: '',
    });
  },
);

it('resolves its other exports', () => {
  writeFileSync(
    inFolder('other.js'),
    `import { createRequire } from 'node:module';
    const require = createRequire(import.meta.url);
    console.log(require('promptchain/package.json').name);
    console.log(typeof require('promptchain/schemas/front-matter.schema.json'));
    console.log(await import('promptchain/dist/start.cjs').catch((error) => error.code));`,
  );
  expect(node(['other.js'], { cwd: folder }).stdout).toBe(
    'promptchain\nobject\nERR_PACKAGE_PATH_NOT_EXPORTED\n',
  );
});
