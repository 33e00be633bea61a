import { readFileSync } from 'node:fs';
import { beforeEach, expect, it } from 'vitest';
import { FileCallbackHandler } from '../../../src/callbacks/file.js';
import { LLMChain } from '../../../src/chains/llm-chain.js';
import { ScriptedModel } from '../../../src/models/scripted.js';
import { PromptTemplate } from '../../../src/prompts/template.js';
import { KNOWN, SHAPED } from '../../safety/secrets.js';
import { makeWorkspace, type Workspace } from '../../support/run-cli.js';

const SECRETS = [KNOWN[0], SHAPED.OpenAI!, SHAPED['GitHub, personal']!, SHAPED.AWS!];
const ALL = SECRETS.join(' and ');

let here: Workspace;

/** A program's log, written with no `redact`: two runs and the beginning of a third. */
beforeEach(async () => {
  here = makeWorkspace();
  const file = new FileCallbackHandler(here.path('run.jsonl'));
  const llm = new ScriptedModel({ replies: [ALL, { error: new Error(ALL) }, 'Roses.'] });
  const prompt = PromptTemplate.fromTemplate(`{x} ${ALL}`);
  const metadata = { template: `${SHAPED.AWS}.txt`, note: ALL };
  const chain = new LLMChain({ llm, prompt, callbacks: [file], metadata });
  await chain.invoke({ x: ALL }, { callbacks: [file] });
  await chain.invoke({ x: 'again' }, { callbacks: [file] }).catch(() => {});
  await file.close();
  const lines = readFileSync(here.path('run.jsonl'), 'utf8').trimEnd().split('\n');
  const cut = lines.slice(
    0,
    lines.findIndex((line) => line.includes('"llmEnd"')),
  );
  here.write('run.jsonl', `${[...lines, ...cut.map((line) => line.replaceAll(/-4/g, '-5'))].join('\n')}\n`);
});

/** Those that a process of its own is started for. */
const STARTED = ['trace show run.jsonl', 'trace export run.jsonl --format html'];

it.each([
  ['trace show run.jsonl'],
  ['trace show run.jsonl last'],
  ['trace show run.jsonl last~1 --full'],
  ['trace show run.jsonl last~2 --full'],
  ['trace show run.jsonl last~2 --json'],
  ['trace show run.jsonl last~2 --follow'],
  ['trace stats run.jsonl --by template'],
  ['trace diff run.jsonl#last~1 run.jsonl#last~2'],
  ['trace diff run.jsonl#last~1 run.jsonl#last~2 --json'],
  ['trace export run.jsonl --format html'],
  ['trace export run.jsonl --format markdown'],
  ['trace export run.jsonl --format csv'],
  ['trace export run.jsonl last~1 --format html'],
])('%s shows no key, though the trace has them', async (command) => {
  for (const secret of SECRETS) expect(here.read('run.jsonl')).toContain(secret);
  const { code, stdout, stderr } = await here[STARTED.includes(command) ? 'run' : 'perform'](
    command.split(' '),
    {
      env: { OPENAI_API_KEY: KNOWN[0] },
    },
  );
  expect(code).toBe(0);
  expect(stdout).toContain('***');
  for (const secret of SECRETS) expect(stdout + stderr).not.toContain(secret.slice(0, 12));
});
