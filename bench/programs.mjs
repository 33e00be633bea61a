import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROMPT_TOKENS, tokensOf } from './answers.mjs';

export const TOKENS = 20_000;
/** So many that what Node spends on making the program fast is spent before. */
export const MORE_TOKENS = 100_000;
export const REQUESTS = 3000;
const CONCURRENCY = 64;

/** For the memory that they take: with the fewer of them the room has grown that a program has for what it drops. */
export const LONG_STREAMS = [1_000_000, 3_000_000];

const LONG = [1, TOKENS, MORE_TOKENS];

/** What others do of the same, as the figures call it, and the programs that do it. */
export const PEERS = { 'openai SDK': 'openai-sdk', 'LangChain.js': 'langchain', 'AI SDK': 'ai-sdk' };

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);

/**
 * The programs by the names that the figures know them by: `command`, `path` on the server, the `requests` it makes,
 * and `accept`, which says what is wrong with what the program did.
 * @param folder for templates and logs
 */
export function programsIn(folder) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const run = chainRun(folder);
  const text = join(folder, 'log.txt');
  const jsonl = join(folder, 'log.jsonl');

  return {
    'bare node': { command: ['-e', '0'], accept: printed('') },
    'chain --version': { command: [run[0], '--version'], accept: printed(version) },
    ...streaming('node:http', [script('node-http')], (count) => [printed(`${answer(count).length}`)], LONG),
    ...streaming('chain run', run, (count) => [printed(answer(count)), summed(count)], LONG),
    ...streaming('chain run, text log', [...run, '--log', text], (count) => [
      printed(answer(count)),
      summed(count),
      logged(text, 'chainEnd LLMChain', 1),
    ]),
    ...streaming('chain run, JSON log', [...run, '--log', jsonl], (count) => [
      printed(answer(count)),
      summed(count),
      logged(jsonl, '"type":"llmNewToken"', count),
    ]),
    ...streaming('many handlers', [script('many-handlers'), jsonl], (count) => [
      printed(`${5 * answer(count).length}`),
      logged(jsonl, '"type":"llmNewToken"', count),
    ]),
    ...streaming('fetch', [script('fetch')], (count) => [printed(`${answer(count).length}`)]),
    ...merged(PEERS, (name, file) =>
      streaming(name, [script(file)], (count) => [printed(`${answer(count).length}`)]),
    ),
    ...requesting('undici', 'undici'),
    ...requesting('node:http', 'node-http-requests'),
    ...requesting('generate', 'generate'),
    ...merged(PEERS, (name, file) => requesting(name, `${file}-requests`)),
  };
}

/** Long answers, of which the memory is of interest. */
export function longStreamsIn(folder) {
  const checks = (count) => [printed(answer(count)), summed(count)];
  return streaming('chain run', chainRun(folder), checks, LONG_STREAMS);
}

function chainRun(folder) {
  const template = join(folder, 'add.txt');
  writeFileSync(template, '1 + {number} = ');
  return [join(root, 'bin', 'chain.js'), 'run', template, '--var', 'number=2'];
}

function merged(entries, programs) {
  return Object.assign({}, ...Object.entries(entries).map(([name, file]) => programs(name, file)));
}

/** A program that reads one streamed answer: of one token, of many, of even more. */
function streaming(name, command, checks, counts = [1, TOKENS]) {
  const program = (count) => ({ command, path: `${count}`, requests: 1, accept: all(checks(count)) });
  return Object.fromEntries(counts.map((count) => [`${name}, tokens: ${count}`, program(count)]));
}

/** A program that makes requests: one, and many. */
function requesting(name, file) {
  const program = (requests) => ({
    command: [script(file), `${requests}`, `${CONCURRENCY}`],
    path: 'document',
    requests,
    accept: printed(`${requests * (PROMPT_TOKENS + 1)}`),
  });
  return Object.fromEntries([1, REQUESTS].map((count) => [`${name}, requests: ${count}`, program(count)]));
}

function script(name) {
  return join(here, 'programs', `${name}.mjs`);
}

function answer(count) {
  return tokensOf(count).join('');
}

function all(checks) {
  return (said) => checks.map((check) => check(said)).find((wrong) => wrong !== undefined);
}

function printed(expected) {
  return ({ stdout }) =>
    stdout.trimEnd() === expected
      ? undefined
      : `it printed ${stdout.length} characters: ${stdout.slice(0, 80)}`;
}

/** The summary on stderr tells the tokens that the server reported. */
function summed(count) {
  const digits = new RegExp(`\\b${PROMPT_TOKENS}\\b.*\\b${count}\\b`);
  return ({ stderr }) => (digits.test(stderr.replaceAll(',', '')) ? undefined : `its summary is: ${stderr}`);
}

/** The log has so many lines of a kind; it is taken away, so that every run begins one. */
function logged(path, mark, lines) {
  return () => {
    const log = existsSync(path) ? readFileSync(path, 'utf8') : '';
    rmSync(path, { force: true });
    const found = log.split('\n').filter((line) => line.includes(mark)).length;
    return found === lines ? undefined : `its log has ${found} lines with ${mark}, not ${lines}`;
  };
}
