import fc from 'fast-check';
import { marked } from 'marked';
import { beforeEach, describe, expect, it } from 'vitest';
import { codeSpan, fence, tableCell } from '../../../../src/cli/trace/export/markdown-text.js';
import { makeWorkspace, type Workspace } from '../../../support/run-cli.js';
import { everywhere } from '../../../trace/everywhere.js';
import { chainLines, idOf } from '../../../trace/trace-lines.js';
import { XSS_CORPUS } from './xss-corpus.js';

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
});

const markdown = (args: readonly string[]) =>
  here.perform(['trace', 'export', ...args, '--format', 'markdown']);

/** What would be links, pictures, markup or the end of a block, besides what runs in a page. */
const MARKS: readonly string[] = [
  '[x](javascript:xss())',
  '![x](http://127.0.0.1:9/x)',
  '<http://127.0.0.1:9/x>',
  'http://127.0.0.1:9/x www.example.com a@example.com',
  '[x]: http://127.0.0.1:9/x\n\n[x]',
  '```\n</pre><script>xss()</script>',
  '````\n# out\n```',
  '~~~\n# out',
  '`'.repeat(30),
  '` `` ``` <b>',
  '\\`<b>`',
  'a|b\\|<img src=x>',
  '| a | b |\n| --- | --- |\n| <b> | c |',
  '# heading\n---\n> quote\n- item\n1. item',
  '    <b>',
  '**bold** _it_ ~~no~~ :tada: @someone #1 $x$',
  '\r# out\r\r<b>',
  '[^1]: <b>',
  '- [ ] task',
];

it('is readable', async () => {
  const messages = [{ role: 'user' as const, content: 'Which `flowers`?' }];
  here.write('run.jsonl', chainLines('1a', '```\nRoses.\n```', { cost: 0.002, messages }));
  const args = ['trace', 'export', 'run.jsonl', '--format', 'markdown'];
  const { code, stdout, stderr } = await here.run(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toBe(`# Trace: \`run.jsonl\`

1 run, 2026-11-21 14:13

- Tokens: \`12 in + 5 out = 17 (reported)\`
- Cost: \`$0.002\`

## \`LLMChain shop.txt\`

2026-11-21 14:13:32.000 · ok · 400 ms · 12 in + 5 out = 17 tokens (reported) · $0.002

\`\`\`text
LLMChain shop.txt         ████████████████████   400 ms
└─ ChatOpenAI gpt-5-mini  ░░░░░███████████████   400 ms
      12 in + 5 out = 17 tokens (reported) · $0.002
\`\`\`

| # | run | kind | status | took | input | output | tokens are | cost |
| ---: | --- | --- | --- | ---: | ---: | ---: | --- | ---: |
| 1 | \`LLMChain\` | chain | ok | 400 ms |  |  |  |  |
| 2 | \`ChatOpenAI gpt-5-mini\` | model | ok | 400 ms | 12 | 5 | reported | $0.002 |

### 1. \`LLMChain shop.txt\`

- run: \`${idOf('1a')}\`
- started: \`2026-11-21 14:13:32.000\`
- took: \`400 ms\`

**\`metadata\`**

\`\`\`text
{"template":"shop.txt"}
\`\`\`

**\`inputs\`**

\`\`\`text
{"occasion":"a birthday"}
\`\`\`

**\`prompt\`**

\`\`\`text
Flowers?
\`\`\`

**\`outputs\`**

\`\`\`\`text
{"text":"\`\`\`\\nRoses.\\n\`\`\`"}
\`\`\`\`

### 2. \`ChatOpenAI gpt-5-mini\`

- run: \`${idOf('1af')}\`
- started: \`2026-11-21 14:13:32.000\`
- took: \`400 ms\`
- first token after: \`100 ms\`
- provider: \`openai\`
- model: \`gpt-5-mini\`
- finish reason: \`stop\`
- tokens: \`12 in + 5 out = 17 tokens (reported)\`
- cost: \`$0.002\`

**\`user\`**

\`\`\`text
Which \`flowers\`?
\`\`\`

**\`assistant\`**

\`\`\`\`text
\`\`\`
Roses.
\`\`\`
\`\`\`\`

---

Written by chain 0.1.0
`);
});

describe('nothing in it is active', () => {
  it('whatever stands in the trace', async () => {
    const texts = [...XSS_CORPUS, ...MARKS];
    here.write('run.jsonl', texts.map(everywhere).join(''));
    const { stdout } = await markdown(['run.jsonl']);
    const tokens = marked.lexer(stdout, { gfm: true });
    const page = marked.parser(tokens);
    const tags = new Set(
      page.match(/<(?!\/)[^>]*>/g)?.map((tag) => tag.replace(/ class="language-text"/, '')),
    );
    expect([...tags].sort()).toEqual(TAGS);
    // Each text has a block of its own, in which it stands whole.
    const blocks = new Set<string>();
    marked.walkTokens(tokens, (token) => {
      if (token.type === 'code') blocks.add(token.text);
    });
    const plain = texts.filter((text) => !/[\0-\x08\x0b-\x1f\u2028-\u202e\u2066-\u2069\ud800]/.test(text));
    expect(plain.length).toBeGreaterThan(130);
    expect(plain.filter((text) => !blocks.has(text))).toEqual([]);
  });

  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({
      unit: fc.constantFrom('`', '\\', '|', ' ', '\n', '\r', '<b>', '*', '[', ']', '(', ')', '~', 'a'),
    }),
  );

  it('in a block', () => {
    fc.assert(
      fc.property(text, (content) => {
        const [first, ...others] = marked.lexer(fence(content)).filter(({ type }) => type !== 'space');
        expect([first?.type, others]).toEqual(['code', []]);
      }),
    );
  });

  it('in a line', () => {
    fc.assert(
      fc.property(text, (content) => {
        const html = marked.parseInline(`# ${codeSpan(content)} end`) as string;
        expect(html).toMatch(/^# (?:<code>[^<]*<\/code>)? ?end$/);
      }),
    );
  });

  it('in a table', () => {
    fc.assert(
      fc.property(text, (content) => {
        const html = marked.parse(`| a | b |\n| --- | --- |\n| ${tableCell(content)} | end |\n`) as string;
        expect(html).toMatch(/<tr>\n<td>(?:<code>[^<]*<\/code>)?<\/td>\n<td>end<\/td>\n<\/tr>/);
      }),
    );
  });
});

const TAGS = [
  ...['<code>', '<h1>', '<h2>', '<h3>', '<hr>', '<li>', '<p>', '<pre>', '<strong>', '<table>', '<tbody>'],
  ...['<td align="right">', '<td>', '<th align="right">', '<th>', '<thead>', '<tr>', '<ul>'],
];
