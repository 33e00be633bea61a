import { spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPage, type ShownCommand, settle } from './console-blocks.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith('.md'),
);

/** The pages that show the same as another, in another language. */
const translations = new Map<string, string>();
const shownBy = new Map<string, string>();
const read = (name: string) => readPage(name, readFileSync(join(root, name), 'utf8'));
for (const name of pages) {
  const { commands, files } = read(name);
  const shown = JSON.stringify([commands.map(({ command, output }) => [command, output]), files]);
  const other = shownBy.get(shown);
  if (other === undefined) shownBy.set(shown, name);
  else if (commands.length > 0) translations.set(name, other);
}

it('are run once where two languages show them', () => {
  expect([...translations]).toEqual([['docs/lesson.zh.md', 'docs/lesson.md']]);
});

describe.each(pages.filter((name) => !translations.has(name)))('%s', (name) => {
  const { commands, files } = read(name);
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'chain-docs-'));
    mkdirSync(join(folder, '.bin'));
    symlinkSync(join(root, 'bin/chain.js'), join(folder, '.bin/chain'));
    const server = 'mcp-server-everything';
    symlinkSync(join(root, 'node_modules/.bin', server), join(folder, '.bin', server));
    for (const shown of ['sample-prompts', 'examples'])
      cpSync(join(root, shown), join(folder, shown), { recursive: true });
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(root, join(folder, 'node_modules/promptchain'), 'dir');
    symlinkSync(join(root, 'node_modules/@langchain'), join(folder, 'node_modules/@langchain'), 'dir');
    for (const { name: file, content } of files) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), content);
      if (file.endsWith('.ts'))
        writeFileSync(join(folder, withoutTypes(file)), transformSync(content, TYPES).code);
    }
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  // One after the other, in one folder: a page may read what an earlier command of it wrote.
  it.each(commands.map((shown) => [`line ${shown.line}: ${shown.command}`, shown] as const))(
    '%s',
    async (_, shown) => {
      const output = await run(shown, folder);
      expect(settle(output)).toBe(settle(shown.output));
    },
  );

  if (name === 'docs/lesson.md') {
    it('draws docs/memory.svg', () => {
      const drawn = readFileSync(join(folder, 'memory.svg'), 'utf8');
      expect(drawn).toBe(readFileSync(join(root, 'docs/memory.svg'), 'utf8'));
    });
  }

  if (commands.length === 0) it('shows no command', () => expect(commands).toEqual([]));
});

const TYPES = { loader: 'ts', target: 'node20' } as const;

/** What older Nodes are given in place of a program in TypeScript, which later ones run as it is. */
function withoutTypes(file: string): string {
  return file.replace(/\.ts$/, '.mjs');
}

/** What a person would see: stdout and stderr in the order in which they were written. */
function run({ command }: ShownCommand, folder: string): Promise<string> {
  const { PATH = '' } = process.env;
  const npm = /^(npm (start|test))\b/.test(command);
  const child = spawn(
    'bash',
    ['-c', `exec 2>&1; ${command.replace(/(?<=\bnode )\S+\.ts\b/, withoutTypes)}`],
    {
      cwd: npm ? root : folder,
      env: { PATH: `${join(folder, '.bin')}${delimiter}${PATH}`, HOME: folder, LANG: 'C.UTF-8' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.on('error', reject).on('close', () => resolve(output));
  });
}
