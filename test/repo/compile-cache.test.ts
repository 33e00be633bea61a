import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import nodeModule from 'node:module';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { copyProgram, makeWorkspace, type Workspace } from '../support/run-cli.js';

const ANSWER = { code: 0, stdout: '3\n' };
const NAME = `${process.version}-${process.arch}`;

// Node does it by itself since 22.1.
describe.skipIf('enableCompileCache' in nodeModule)('the code that is kept compiled', () => {
  let here: Workspace;
  let program: string;
  let cache: string;

  beforeEach(() => {
    here = makeWorkspace();
    program = copyProgram(here.path('program'));
    cache = here.path('program/dist/.compile-cache');
  });

  const run = (...args: string[]) => here.run(args, { program });
  const add = () => run('run', '--prompt', '1 + 2 = ');
  const kept = (command: string) => {
    const folder = join(cache, NAME, command);
    const digest = (name: string) =>
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex');
    return Object.fromEntries(readdirSync(folder).map((name) => [name, digest(name)]));
  };

  it('is made by the first start of a command, and used from then on', async () => {
    expect(await add()).toMatchObject(ANSWER);
    const first = kept('run');
    expect(Object.keys(first).every((name) => existsSync(here.path(`program/dist/chunks/${name}`)))).toBe(
      true,
    );
    expect(await add()).toMatchObject(ANSWER);
    expect(kept('run')).toEqual(first);
    expect(readdirSync(join(cache, NAME))).toEqual(['run']);
  });

  it('is another for what shows help, and none for what failed', async () => {
    expect(await run('run', '--help')).toMatchObject({ code: 0 });
    expect(await run('run', '--no-such')).toMatchObject({ code: 2 });
    expect(await run('nosuch')).toMatchObject({ code: 2 });
    expect(readdirSync(join(cache, NAME))).toEqual(['help']);
  });

  it.each([
    ['damaged', (content: Buffer) => content.map((byte, index) => (index % 3000 === 1000 ? ~byte : byte))],
    ['cut off', (content: Buffer) => content.subarray(0, content.length / 2)],
    ['empty', () => Buffer.alloc(0)],
  ])('is made anew where it is %s', async (_, damage) => {
    await add();
    const whole = kept('run');
    for (const name of Object.keys(whole)) {
      const file = join(cache, NAME, 'run', name);
      writeFileSync(file, damage(readFileSync(file)));
    }
    expect(await add()).toMatchObject(ANSWER);
    const again = kept('run');
    expect(Object.keys(again)).toEqual(Object.keys(whole));
    expect(await add()).toMatchObject(ANSWER);
    expect(kept('run')).toEqual(again);
  });

  it('is written by nobody else', async () => {
    await add();
    const files = Object.keys(kept('run')).map((name) => join(cache, NAME, 'run', name));
    for (const path of [cache, join(cache, NAME), ...files]) expect(statSync(path).mode & 0o022).toBe(0);
  });

  it.runIf(process.getuid?.() !== 0 && process.platform !== 'win32')(
    'is left out where the folder can’t be written to',
    async () => {
      chmodSync(here.path('program/dist'), 0o555);
      expect(await add()).toMatchObject(ANSWER);
      expect(existsSync(cache)).toBe(false);
      chmodSync(here.path('program/dist'), 0o755);
    },
  );

  it('is left out where there is a file in place of the folder', async () => {
    writeFileSync(cache, '');
    const { stderr, ...rest } = await add();
    expect(rest).toEqual(ANSWER);
    expect(stderr.split('\n')).toHaveLength(2);
  });
});
