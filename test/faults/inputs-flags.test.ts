import { describe, it } from 'vitest';
import { BRACES, expectRefused, NO_TEXT, OTHER_FILE, type Row, unnamed } from './refused.js';

const REGEX = "It takes a JavaScript regular expression, such as 'order-\\d+' or '[Aa]nn'.";
const SESSION_NAMES = 'A name has letters, digits, - and _, in any script.';
const DASH = 'Name one: /dev/stdout and /dev/stderr are some, too.';
const NO_TEMPLATE =
  'chain run template.txt --var name=value, or chain run --prompt "text"; from a pipe: chain run -';
const MEMORIES = 'Memories are buffer, window:turns, token-buffer:tokens, summary, summary-buffer:tokens.';

const OF_RUN: readonly Row<readonly string[]>[] = [
  [['--prompt', 'hi'], 'a template file and --prompt at once: one of them is the template', NO_TEMPLATE],
  [['more'], "too many arguments for 'run'. Expected 1 argument but got 2."],
  [
    ['text=more'],
    "too many arguments for 'run'. Expected 1 argument but got 2.",
    'A variable is set as --var text=more',
  ],
  [
    ['--var', 'text', 'more'],
    "too many arguments for 'run'. Expected 1 argument but got 2.",
    'A variable is set as --var text=more',
  ],
  [['--number', '3'], "unknown option '--number'", 'A variable is set as --var number=…'],
  [['--nothing', '3'], "unknown option '--nothing'"],
  [['--vars', 'number=2'], '--vars: number=2: no such file', 'One variable: --var number=2'],
  [['--vrebose'], "unknown option '--vrebose'", '(Did you mean --verbose?)'],
  [['--verbose=yes'], "unknown option '--verbose=yes'"],
  [['--model', ''], '--model names no model'],
  [['--model', 'groq:'], '`groq:` names no model', 'A model of groq is written groq:NAME.'],
  [
    ['--model', 'groq:\x1b[31m'],
    " can't be asked: GROQ_API_KEY is not set",
    'Set GROQ_API_KEY or use a model on this machine, such as --model ollama:llama3.2.',
  ],
  [['--config', 'nope.yaml'], '--config: nope.yaml: no such file'],
  [['--config', ''], '--config names no file'],
  [['--schema', 'nope.json'], '--schema: nope.json: no such file'],
  [['--schema', ''], '--schema names no file'],
  [['--replay', 'nope.jsonl'], 'nope.jsonl: no such file'],
  [
    ['--replay-timing'],
    '--replay-timing without --replay: nothing is replayed',
    'Name a recording, such as --replay cassette.jsonl.',
  ],
  [
    ['--live-on-miss'],
    '--live-on-miss without --replay: nothing is replayed',
    'Name a recording, such as --replay cassette.jsonl.',
  ],
  [
    ['--record', 'a', '--no-content'],
    '--record and --no-content at once: nothing could be replayed',
    '--log keeps a trace without what was said.',
  ],
  [['--record', 'add.txt'], '--record add.txt is a file that is read', OTHER_FILE],
  [['--log', './add.txt'], '--log ./add.txt is a file that is read', OTHER_FILE],
  [['--output', 'add.txt/no/such.txt'], '--output add.txt/no/such.txt: a part of its path is a file'],
  [['--log', '-'], '--log - is no file', DASH],
  [['--record', '-'], '--record - is no file', DASH],
  [['--output', '.'], '--output .: is a folder'],
  [['--redact', '('], '--redact (: unterminated group', REGEX],
  [['--redact', ''], '--redact : it matches the empty text, which is everywhere', REGEX],
  [
    ['--redact', '(?:)', '--redact', '['],
    '--redact (?:): it matches the empty text, which is everywhere; --redact [: unterminated character class',
    REGEX,
  ],
  [['--otlp', 'localhost'], '--otlp takes a URL, such as http://127.0.0.1:4318'],
  [['--otlp', ''], '--otlp takes a URL, such as http://127.0.0.1:4318'],
  [
    ['--runs', '101'],
    '101 runs at once: 100 is the most',
    'Name fewer of --model and --temperature, or a smaller --runs.',
  ],
  [
    ['--temperature', 'hot'],
    "option '--temperature <number>' argument 'hot' is invalid. It takes a number from 0 to 2.",
  ],
  [
    ['--temperature', '2.1'],
    "option '--temperature <number>' argument '2.1' is invalid. It takes a number from 0 to 2.",
  ],
  [
    ['--temperature', ''],
    "option '--temperature <number>' argument '' is invalid. It takes a number from 0 to 2.",
  ],
  [
    ['--temperature', 'Infinity'],
    "option '--temperature <number>' argument 'Infinity' is invalid. It takes a number from 0 to 2.",
  ],
  [['--top-p', '-1'], "option '--top-p <number>' argument '-1' is invalid. It takes a number from 0 to 1."],
  [
    ['--max-tokens', '1.5'],
    "option '--max-tokens <number>' argument '1.5' is invalid. It takes a whole number from 1 up.",
  ],
  [
    ['--max-tokens', '0'],
    "option '--max-tokens <number>' argument '0' is invalid. It takes a whole number from 1 up.",
  ],
  [
    ['--max-tokens', '9007199254740993'],
    "option '--max-tokens <number>' argument '9007199254740993' is invalid. It takes a whole number from 1 up.",
  ],
  [
    ['--max-tokens', '1e999'],
    "option '--max-tokens <number>' argument '1e999' is invalid. It takes a whole number from 1 up.",
  ],
  [
    ['--max-cost', '0'],
    "option '--max-cost <dollars>' argument '0' is invalid. It takes a number from 0.000001 up.",
  ],
  [
    ['--max-cost', '$1'],
    "option '--max-cost <dollars>' argument '$1' is invalid. It takes a number from 0.000001 up.",
  ],
  [
    ['--max-total-tokens', '0'],
    "option '--max-total-tokens <number>' argument '0' is invalid. It takes a whole number from 1 up.",
  ],
  [
    ['--max-total-tokens', '1.5'],
    "option '--max-total-tokens <number>' argument '1.5' is invalid. It takes a whole number from 1 up.",
  ],
  [['--seed', 'x'], "option '--seed <number>' argument 'x' is invalid. It takes a whole number."],
  [['--seed', '1e400'], "option '--seed <number>' argument '1e400' is invalid. It takes a whole number."],
  [
    ['--timeout', '0'],
    "option '--timeout <seconds>' argument '0' is invalid. It takes a number from 0.001 up.",
  ],
  [
    ['--timeout', 'NaN'],
    "option '--timeout <seconds>' argument 'NaN' is invalid. It takes a number from 0.001 up.",
  ],
  [
    ['--retries', '-1'],
    "option '--retries <number>' argument '-1' is invalid. It takes a whole number from 0 up.",
  ],
  [
    ['--log-format', 'xml'],
    "option '--log-format <format>' argument 'xml' is invalid. Allowed choices are text, jsonl.",
  ],
  [
    ['--runs', '0'],
    "option '-n, --runs <number>' argument '0' is invalid. It takes a whole number from 1 up.",
  ],
];

const OF_OTHERS: readonly Row<readonly string[]>[] = [
  [['rnu'], "unknown command 'rnu'", '(Did you mean run?)'],
  [['run'], 'no template', NO_TEMPLATE],
  [['add.txt', '--var', 'number=2'], "unknown command 'add.txt'", 'Did you mean: chain run add.txt'],
  [['nowhere.txt'], "unknown command 'nowhere.txt'", 'Did you mean: chain run nowhere.txt'],
  [['What is 1 + 1?'], "unknown command 'What is 1 + 1?'", 'A prompt itself: chain run --prompt "…"'],
  [['version'], "unknown command 'version'", 'chain --version says which version this is.'],
  [['-v'], "unknown option '-v'", 'chain --version says which version this is.'],
  [
    ['--var', 'number=2', 'run', 'add.txt'],
    "unknown option '--var'",
    'Flags stand behind the command: chain run … --var',
  ],
  [
    ['--session', 'x', 'chat'],
    "unknown option '--session'",
    'Flags stand behind the command: chain chat … --session',
  ],
  [['--prompt=Hi'], "unknown option '--prompt=Hi'", 'Flags stand behind the command: chain run … --prompt'],
  [['--verison'], "unknown option '--verison'", '(Did you mean --version?)'],
  [['run', 'What is 1 + 1?'], 'What is 1 + 1?: no such file', 'A prompt itself: --prompt "…"'],
  [['run', 'number=2'], 'number=2: no such file', 'A variable is set as --var number=2'],
  [['run', 'add'], 'add: no such file', 'Did you mean add.txt?'],
  [['tokens', './ad.txt'], './ad.txt: no such file', 'Did you mean add.txt?'],
  [['chat', 'ADD.TXT'], 'ADD.TXT: no such file', 'Did you mean add.txt?'],
  [['doctor', 'add'], 'add: no such file', 'Did you mean add.txt?'],
  [
    ['chat', '--model', 'offline', '--model', 'gpt-5'],
    "option '--model <name>' argument 'gpt-5' is invalid. It may be given once.",
  ],
  [
    ['chat', '--temperature', '0', '--temperature', '1'],
    "option '--temperature <number>' argument '1' is invalid. It may be given once.",
  ],
  [
    ['memory', 'add.txt', '--model', 'offline', '--model', 'gpt-5'],
    "option '--model <name>' argument 'gpt-5' is invalid. It may be given once.",
  ],
  [
    ['doctor', '--model', 'offline', '--model', 'gpt-5'],
    "option '--model <name>' argument 'gpt-5' is invalid. It may be given once.",
  ],
  [['run', 'add.txt', '--var'], "option '--var <name=value>' argument missing"],
  [['run', '--prompt', ''], '--prompt:1:1: the template has no text', NO_TEXT],
  [['run', '--prompt', 'x }'], '--prompt:1:3: "}" without a "{" before it', BRACES],
  [['run', '--prompt', 'Hi', '--system', 'x }'], 'system:1:3: "}" without a "{" before it', BRACES],
  [['run', 'folder.txt'], 'folder.txt: no such file'],
  [['chat', '-'], 'the template - is standard input, where the conversation is', 'Name a file.'],
  [['chat', '--var', 'x=-'], '--var x=-: standard input is where the conversation is'],
  [['chat', '--vars', '-'], '--vars -: standard input is where the conversation is'],
  [['chat', '--var', 'x=1'], 'Unknown variable: x', 'Without a template there are no variables.'],
  [
    ['chat', 'add.txt', '--var', 'number=1', '--var', 'input=x'],
    '{input}: in a chat the turns say what it is',
    'It takes neither a value nor a default.',
  ],
  [['chat', '--memory', 'elephant'], 'there is no memory "elephant"', MEMORIES],
  [
    ['chat', '--memory', 'window:-1'],
    'the memory "window" takes a number of turns, as in window:6',
    MEMORIES,
  ],
  [['chat', '--memory', 'window'], 'the memory "window" takes a number of turns, as in window:6', MEMORIES],
  [['chat', '--list', '--delete', 'x'], '--list and --delete at once: one of them at a time'],
  [['chat', '--list', '--memory', 'buffer'], '--list begins no chat: it can do nothing with --memory'],
  [['chat', '--delete', 'nope'], 'there is no session "nope"', 'There is none at all.'],
  [['chat', '--delete', '../x'], '"../x" is no name for a session: it has a path separator', SESSION_NAMES],
  [['memory'], 'no conversation', 'chain memory conversation.yaml, or chain memory --session name'],
  [
    ['memory', 'a.json', '--session', 'x'],
    'a conversation file and --session at once: one is measured',
    'chain memory conversation.yaml, or chain memory --session name',
  ],
  [
    ['memory', '--session', 'nope'],
    'there is no session "nope"',
    'chain chat --list shows those that there are.',
  ],
  [['memory', 'add.txt', '--memory', 'elephant'], 'there is no memory "elephant"', MEMORIES],
  [
    ['memory', 'add.txt', '--turns', '0'],
    "option '--turns <number>' argument '0' is invalid. It takes a whole number from 1 up.",
  ],
  [['memory', 'add.txt', '--svg', '-'], '--svg - is no file', DASH],
  [['memory', 'add.txt', '--svg', 'add.txt'], '--svg add.txt is a file that is read', OTHER_FILE],
  [
    ['tokens'],
    'no template',
    'chain tokens template.txt --var name=value, or chain tokens --prompt "text"; from a pipe: chain tokens -',
  ],
  [['tokens', 'add.txt', '--var', 'number=1', '--model', ','], '--model names no model'],
  [['models', 'a', 'b'], "too many arguments for 'models'. Expected 1 argument but got 2."],
  [
    ['models', '--provider', 'nope'],
    'unknown provider: nope',
    'Known are anthropic, arcee, avian, aws, azure, baseten, cerebras, cloudflare, cohere, cursor, dashscope, deepseek, doubleword, fireworks, gemini, github-copilot, groq, huggingface, huggingface_cerebras, huggingface_fireworks-ai, huggingface_groq, huggingface_hyperbolic, huggingface_nebius, huggingface_novita, huggingface_nscale, huggingface_ovhcloud, huggingface_publicai, huggingface_sambanova, huggingface_together, llamacpp, lmstudio, minimax, mistral, modal, moonshot, novita, nvidia, ollama, openai, openrouter, ovhcloud, perplexity, quicksilverpro, together, typesafe, vllm, voyageai, xai, zai, zhipuai.',
  ],
  [['doctor', 'nope.txt'], 'nope.txt: no such file'],
  [['complete', 'powershell'], "unknown shell 'powershell'. Allowed choices are bash, zsh, fish."],
  [['complete'], "missing required argument 'shell'"],
  [['trace', 'run.jsonl'], "unknown command 'run.jsonl'", 'Did you mean: chain trace show run.jsonl'],
  [
    ['trace', 'show', 'add.txt', '--limit', 'x'],
    "option '--limit <number>' argument 'x' is invalid. It takes a whole number from 1 up.",
  ],
  [['help', 'nope'], 'no command nope', 'chain --help lists them.'],
];

const HERE = { 'add.txt': '1 + {number} = \n' };

describe('chain run refuses', () => {
  it.each(unnamed(OF_RUN))('$title', async ({ input: flags, message, hint }) => {
    await expectRefused(['run', 'add.txt', '--var', 'number=2', ...flags], { files: HERE }, message, hint);
  });
});

describe('chain refuses', () => {
  it.each(unnamed(OF_OTHERS))('$title', async ({ input: args, message, hint }) => {
    await expectRefused(args, { files: HERE }, message, hint);
  });
});
