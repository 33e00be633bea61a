import { parse } from 'csv-parse/sync';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeWorkspace, type PerformOptions, type Workspace } from '../../../support/run-cli.js';
import { everywhere } from '../../../trace/everywhere.js';
import { BEGIN, chainLines, idOf, lineWriter } from '../../../trace/trace-lines.js';
import { XSS_CORPUS } from './xss-corpus.js';

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
});

const csv = (args: readonly string[], options?: PerformOptions) =>
  here.perform(['trace', 'export', ...args, '--format', 'csv'], options);
const rowsOf = (text: string): Record<string, string>[] => parse(text, { columns: true });
const iso = (at: number) => new Date(BEGIN + at).toISOString();

const HEADER =
  'root_run_id,run_id,parent_run_id,depth,kind,name,status,error_code,error_message,start_time,duration_ms,' +
  'first_token_ms,template,tags,provider,model,answered_model,finish_reason,input_tokens,output_tokens,' +
  'total_tokens,cached_tokens,reasoning_tokens,tokens_are,cost_usd,retries,input,output\n';

describe('rows', () => {
  it('are one for each run, with tokens and money where they were spent', async () => {
    here.write('run.jsonl', chainLines('1a', 'Roses, red', { cost: 0.0000025, tags: ['a', 'b'] }));
    const [chain, model] = [idOf('1a'), idOf('1af')];
    const stdout = `${HEADER}${chain},${chain},,0,chain,LLMChain,ok,,,${iso(0)},400,,shop.txt,,,,,,,,,,,,,0,"{""occasion"":""a birthday""}","{""text"":""Roses, red""}"
${chain},${model},${chain},1,model,ChatOpenAI,ok,,,${iso(0)},400,100,,a b,openai,gpt-5-mini,gpt-5-mini,stop,12,5,17,,,reported,0.0000025,0,Human: Flowers?,"Roses, red"
`;
    expect(await csv(['run.jsonl'])).toEqual({ code: 0, stdout, stderr: '' });
    const piped = ['trace', 'export', '-', '--format', 'csv'];
    expect(await here.run(piped, { stdin: here.read('run.jsonl') })).toEqual({ code: 0, stdout, stderr: '' });
  });

  it('are of every kind, of what failed and of what has no end', async () => {
    const chain = lineWriter('Agent', '1a');
    const tool = lineWriter('search', '1b', '1a');
    const retriever = lineWriter('Shelf', '1c', '1b');
    const model = lineWriter('ChatOpenAI', '1d', '1a');
    const call = { id: 'c', name: 'search', arguments: '{}' };
    const error = { name: 'ChainError', code: 'timeout', message: 'too\r\nlate' };
    here.write(
      'run.jsonl',
      'npm start\n' +
        chain('chainStart', 0, { inputs: {} }) +
        tool('toolStart', 1, { input: 'rose', toolCallId: null }) +
        retriever('retrieverStart', 2, { query: 'roses' }) +
        retriever('retrieverEnd', 3, { documents: [{ pageContent: 'Rose' }], durationMs: 1 }) +
        tool('toolError', 5, { error, durationMs: 4 }) +
        model('llmStart', 6, { model: 'm', provider: 'p', params: {}, prompt: 'Hi' }) +
        model('retry', 7, { attempt: 1, delayMs: 1, reason: 'busy' }) +
        model('llmNewToken', 8, { token: 'Hel', index: 0 }) +
        model('llmNewToken', 9, { token: 'lo', index: 1 }) +
        lineWriter('ChatOpenAI', '2a')('llmEnd', 20, {
          ...{ text: '', message: { role: 'assistant', content: '' }, toolCalls: [call], responseId: null },
          ...{ finishReason: null, firstTokenMs: null, durationMs: 3, model: 'm', cost: null },
          usage: {
            ...{ inputTokens: null, outputTokens: null, totalTokens: null },
            ...REST,
            source: 'unknown',
          },
        }),
    );
    const { stdout, stderr } = await csv(['run.jsonl']);
    const columns = ['kind', 'status', 'error_message', 'depth', 'retries', 'tokens_are', 'input', 'output'];
    expect(rowsOf(stdout).map((row) => columns.map((column) => row[column]))).toEqual([
      ['model', 'ok', '', '0', '0', 'unknown', '', '[{"id":"c","name":"search","arguments":"{}"}]'],
      ['chain', 'unfinished', '', '0', '0', '', '', ''],
      ['tool', 'error', 'too\nlate', '1', '0', '', 'rose', ''],
      ['retriever', 'ok', '', '2', '0', '', 'roses', '[{"pageContent":"Rose"}]'],
      ['model', 'unfinished', '', '1', '1', '', 'Hi', 'Hello'],
    ]);
    expect(stderr).toBe('note: 1 line of other programs (line 1) passed over\n');
  });

  it('are of one run where one is named', async () => {
    here.write('run.jsonl', chainLines('1a', 'Roses.') + chainLines('2a', 'Lilies.', { at: 1000 }));
    const ids = async (...run: readonly string[]) =>
      rowsOf((await csv(['run.jsonl', ...run])).stdout).map((row) => row.run_id);
    expect(await ids()).toEqual([idOf('1a'), idOf('1af'), idOf('2a'), idOf('2af')]);
    expect(await ids('last')).toEqual([idOf('2a'), idOf('2af')]);
    expect(await ids('1af')).toEqual([idOf('1af')]);
  });
});

describe('cells', () => {
  const CELLS = [
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['=HYPERLINK("http://127.0.0.1/?"&A1,"x")', '\'=HYPERLINK("http://127.0.0.1/?"&A1,"x")'],
    ['\t=1', "'\t=1"],
    ['\n=1', "'\n=1"],
    ['\r\n=1', "'\n=1"],
    ['  =1', "'  =1"],
    ['\u00a0=1', "'\u00a0=1"],
    ['\uff1d1', "'\uff1d1"],
    ['\uff20x', "'\uff20x"],
    ['\r=1', '\\x0d=1'],
    ['\0=1', '\\x00=1'],
    ["'=1", "'=1"],
    ['1=1', '1=1'],
    ['a;=1', 'a;=1'],
    ['\x1b[31mred', '\\x1b[31mred'],
    ['"', '"'],
    ['你好, "Welt"\n', '你好, "Welt"\n'],
  ] as const;

  it('are no formula, and otherwise as they are', async () => {
    here.write('run.jsonl', CELLS.map(([text], index) => chainLines(`${10 + index}a`, text)).join(''));
    const { stdout } = await csv(['run.jsonl']);
    const written = new Map(rowsOf(stdout).map((row) => [row.run_id, row.output]));
    expect(CELLS.map((_, index) => written.get(idOf(`${10 + index}af`)))).toEqual(
      CELLS.map(([, shown]) => shown),
    );
  });

  it('hold whatever stands in a trace, and no formula', async () => {
    here.write('run.jsonl', [...XSS_CORPUS, '=1', '-1', '@x', '+x'].map(everywhere).join(''));
    const { stdout } = await csv(['run.jsonl']);
    const rows = parse(stdout) as string[][];
    expect(new Set(rows.map(({ length }) => length))).toEqual(new Set([28]));
    expect(rows.flat().filter((cell) => /^\s*[=+@-]/.test(cell))).toEqual([]);
  });
});

const REST = { cachedTokens: null, reasoningTokens: null };
