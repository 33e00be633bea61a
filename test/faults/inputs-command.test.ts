import { beforeEach, describe, expect, it } from 'vitest';
import { runHere, TOO_DEEP } from '../support/in-process.js';
import { makeWorkspace, type Workspace } from '../support/run-cli.js';
import { chainLines } from '../trace/trace-lines.js';
import { BOMB, bytes } from './refused.js';

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
});

const LINES = chainLines('1a', 'Roses.');
const RUN = ['run', 'show.txt', '--var', 'text=a'];
const SHOW = { 'show.txt': '<{text}>\n' };

/** One or two of each catalogue: what holds in this process has to hold in one of its own. */
const SAMPLES: readonly (readonly [
  args: readonly string[],
  files: Readonly<Record<string, string | Uint8Array>>,
])[] = [
  [['rnu'], {}],
  [['trace'], {}],
  [['run', 'show.txt', '--vrebose'], SHOW],
  [['run', 'nowhere.txt'], {}],
  [['run', 't.txt'], { 't.txt': 'a\n{b' }],
  [['run', 't.txt'], { 't.txt': bytes('a', 0xff) }],
  [['run', 't.txt'], { 't.txt': '---\nmodle: x\ntemperature: 9\n---\nHi' }],
  [['run', 't.txt'], { 't.txt': `---\nextra_body: ${'['.repeat(50_000)}\n---\nHi` }],
  [['run', 'show.txt', '--vars', 'v.yaml'], { ...SHOW, 'v.yaml': BOMB }],
  [['run', 'show.txt', '--vars', 'v.yaml'], { ...SHOW, 'v.yaml': 'text: &a [*a]' }],
  [[...RUN, '--config', 'c.yaml'], { ...SHOW, 'c.yaml': 'model: &a [*a]' }],
  [[...RUN, '--schema', 's.json'], { ...SHOW, 's.json': '{"type": "objekt"}' }],
  [[...RUN, '--replay', 'r.jsonl'], { ...SHOW, 'r.jsonl': '['.repeat(100_000) }],
  [['chat', '--session', '../s'], {}],
  [['trace', 'show', 'r.jsonl'], { 'r.jsonl': 'hello\nworld\n' }],
  [['trace', 'stats', 'r.jsonl', '--since', 'soon'], { 'r.jsonl': LINES }],
  [['trace', 'diff', 'r.jsonl'], { 'r.jsonl': LINES }],
  [['trace', 'replay', 'r.jsonl', 'zz'], { 'r.jsonl': LINES }],
  [['memory', 'talk.yaml'], { 'talk.yaml': 'turns: [{ user: 3 }]' }],
];

describe('the built command refuses in the same words', () => {
  it.each(SAMPLES)('%j', async (args, files) => {
    for (const [name, content] of Object.entries(files)) here.write(name, content);
    const { stderr, ...built } = await here.run(args);
    const told = stderr.replace(TOO_DEEP, ': nested too deeply');
    expect({ ...built, stderr: told }).toEqual(await runHere(args, { files }));
    expect([built.code, told.split('\n').length <= 3]).toEqual([2, true]);
  });

  it('and writes a damaged session back to nobody', async () => {
    const damaged = '{"schema":1,"id"';
    const file = 'home/.local/share/chain/sessions/s.json';
    here.write(file, damaged);
    const { code, stderr } = await here.run(['chat', '--session', 's', '--model', 'offline'], {
      stdin: 'hi\n',
    });
    expect([code, stderr.split('\n').length]).toEqual([2, 3]);
    expect(here.read(file)).toBe(damaged);
  });
});
