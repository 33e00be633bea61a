import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { expect, it } from 'vitest';
import { commandLine, makeWorkspace } from '../support/run-cli.js';
import { settle } from '../support/settle.js';

it('a trace in the same file as the answer marks its place and begins its own lines', async () => {
  const here = makeWorkspace();
  here.write('add.txt', '1 + {number} = \n');
  const { file, args, env } = commandLine(here.folder, ['run', 'add.txt', '--var', 'number=2', '--verbose']);
  const both = openSync(here.path('both.txt'), 'w');
  const child = spawn(file, args, { cwd: here.folder, env, stdio: ['ignore', both, both] });
  closeSync(both);
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(settle(here.read('both.txt'))).toBe(`
> Entering new LLMChain chain...
Prompt after formatting:
1 + 2 = 
  > OfflineModel offline (offline)
3
    Answer: (shown above)
  < OfflineModel: 13 in + 1 out = 14 tokens (estimated), no price, first token after N ms, took N ms, answered by offline (arithmetic)

> Finished chain.
  took N ms
offline (arithmetic) · offline, not a language model · 13 in + 1 out = 14 tokens (estimated) · price none · first token N ms · N ms
`);
});
