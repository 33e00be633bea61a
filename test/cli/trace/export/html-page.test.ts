/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { beforeEach, describe, expect, it } from 'vitest';
import { openPage } from '../../../support/browser.js';
import { requires } from '../../../support/requires.js';
import { makeWorkspace, type Workspace } from '../../../support/run-cli.js';
import { everywhere, ROOTS } from '../../../trace/everywhere.js';
import { chainLines, idOf, lineWriter } from '../../../trace/trace-lines.js';
import { XSS_CORPUS } from './xss-corpus.js';

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
});

/** Exports a trace, and gives the page's path. */
async function pageOf(trace: string | Uint8Array, file = 'run.jsonl', ...run: readonly string[]) {
  here.write(file, trace);
  const outcome = await here.run([
    ...['trace', 'export', file, ...run],
    ...['--format', 'html', '--output', 'page.html'],
  ]);
  expect(outcome).toEqual({ code: 0, stdout: '', stderr: '' });
  return here.path('page.html');
}

/** Everything that a page may be made of. */
const ELEMENTS =
  'b body dd details div dl dt figcaption figure footer h1 h2 head header html i li main meta ol p pre rect span style summary svg time title';
const ATTRIBUTES =
  'aria-hidden charset class content datetime height http-equiv lang name open preserveAspectRatio viewBox width x';

// A browser takes long on a machine that is busy.
describe.skipIf(!requires('chromium'))('a page', { timeout: 180_000 }, () => {
  it('runs and loads nothing, whatever stands in the trace', async () => {
    expect(XSS_CORPUS.length).toBeGreaterThan(100);
    const path = await pageOf(XSS_CORPUS.map(everywhere).join(''));
    // Held back by nothing but its own markup: what could run here would.
    const { page, deeds } = await openPage(path, { withoutPolicy: true });
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true;
    });
    await page.keyboard.press('Tab');
    await page.mouse.move(200, 300);
    const found = await page.evaluate(() => {
      const all = [...document.querySelectorAll('*')];
      const names = (list: readonly string[]) => [...new Set(list)].sort().join(' ');
      return {
        elements: names(all.map((element) => element.localName)),
        attributes: names(all.flatMap((element) => element.getAttributeNames())),
        // A text that stands where it belongs stands there whole.
        texts: [...document.querySelectorAll('pre')].map((pre) => pre.textContent ?? ''),
        cards: document.querySelectorAll('details.card').length,
      };
    });
    expect(found.elements).toBe(ELEMENTS);
    expect(found.attributes).toBe(ATTRIBUTES);
    expect(found.cards).toBe(ROOTS * XSS_CORPUS.length);
    const shown = (text: string) =>
      text
        .replaceAll('\r\n', '\n')
        .replace(/\ud800/g, '\ufffd')
        .replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)
        .replace(/[\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
    const texts = new Set(found.texts);
    expect(XSS_CORPUS.filter((text) => !texts.has(shown(text)))).toEqual([]);
    expect(deeds).toEqual([]);
  });

  it('keeps to a policy that allows nothing but its own style', async () => {
    const path = await pageOf(chainLines('1a', 'Roses.'));
    const { page, deeds } = await openPage(path);
    const policy = await page.getAttribute('meta[http-equiv]', 'content');
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'$/,
    );
    // The style is in force, so its hash is right.
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
      'rgb(246, 246, 244)',
    );
    expect(deeds).toEqual([]);
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'xss()';
      document.body.append(script);
      document.body.setAttribute('style', 'background: red');
      document.body.insertAdjacentHTML('beforeend', '<img src="http://127.0.0.1:9/x" onerror="xss()">');
    });
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
      'rgb(246, 246, 244)',
    );
    expect(deeds.filter((deed) => !deed.startsWith('console: '))).toEqual([]);
    expect(deeds.length).toBeGreaterThan(0);
  });

  it.each(['light', 'dark'] as const)('has nothing that makes it hard to use, in %s', async (colorScheme) => {
    const path = await pageOf(failing() + chainLines('2a', 'word\n'.repeat(200), { at: 5000, cost: 0.002 }));
    const { page } = await openPage(path, { colorScheme, withoutPolicy: true });
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true;
    });
    await page.addScriptTag({ path: createRequire(import.meta.url).resolve('axe-core/axe.min.js') });
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 900 });
      const problems = await page.evaluate(async () => {
        const { axe } = window as unknown as { axe: typeof import('axe-core') };
        const { violations } = await axe.run();
        return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
      });
      expect(problems).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    }
  });

  it('opens and closes by keyboard', async () => {
    const { page } = await openPage(
      await pageOf(chainLines('1a', 'Roses.') + chainLines('2a', 'Lilies.', { at: 900 })),
    );
    const isOpen = () =>
      page.evaluate(() => [...document.querySelectorAll('details')].map(({ open }) => open));
    expect(await isOpen()).toEqual([false, true, false, false, false, true, false, false]);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    expect(await isOpen()).toEqual([true, false, false, false, false, true, false, false]);
  });

  it('prints what is closed, too', async () => {
    const { page } = await openPage(
      await pageOf(chainLines('1a', 'Roses.') + chainLines('2a', 'Lilies.', { at: 900 })),
    );
    const seen = () =>
      page.evaluate(() =>
        [...document.querySelectorAll('pre')].map((pre) =>
          pre.checkVisibility({ contentVisibilityAuto: true }),
        ),
      );
    expect(await seen()).toEqual(Array(12).fill(false));
    await page.emulateMedia({ media: 'print' });
    // What a browser leaves undrawn it finds out when it draws next.
    await expect.poll(seen).toEqual(Array(12).fill(true));
  });

  it('shows a tree of two thousand steps, one as deep as there is, and an answer of a quarter of a megabyte', async () => {
    const root = lineWriter('Agent', '1a');
    let trace = root('chainStart', 0, { inputs: {} });
    const id = (index: number) => `b${index.toString(16).padStart(6, '0')}`;
    for (let index = 0; index < 2000; index += 1) {
      const step = lineWriter('Step', id(index), '1a');
      trace += step('toolStart', index, { input: `step ${index}`, toolCallId: null });
      trace += step('toolEnd', index + 1, { output: 'done', durationMs: 1 });
    }
    for (let level = 0; level < 1000; level += 1) {
      const step = lineWriter(
        'Deep',
        `c${level.toString(16).padStart(6, '0')}`,
        level === 0 ? '1a' : `c${(level - 1).toString(16).padStart(6, '0')}`,
      );
      trace += step('chainStart', 2000, { inputs: { level } });
    }
    trace += chainLines('2a', 'word '.repeat(50_000), { at: 20_000 });
    const { page, deeds } = await openPage(await pageOf(trace));
    expect(await page.locator('.card').count()).toBe(2);
    expect(await page.locator('li').count()).toBe(3003);
    await page.locator('.card > summary').last().click();
    const seen = await page.evaluate(() => {
      const card = document.querySelectorAll('details.card')[1] as HTMLDetailsElement;
      const texts = [...document.querySelectorAll('pre')].map((pre) => pre.textContent ?? '');
      return {
        open: card.open,
        height: card.offsetHeight,
        deepest: [...document.querySelectorAll('.tag')].at(-1)?.textContent,
        answers: texts.filter((text) => text === 'word '.repeat(50_000)).length,
      };
    });
    expect(seen).toMatchObject({ open: true, deepest: 'level 500', answers: 1 });
    expect(seen.height).toBeGreaterThan(25_000);
    expect(deeds).toEqual([]);
  });
});

describe('a page in a file', () => {
  it('is its owner’s alone, and says what was left out, what failed and what has no price', async () => {
    const line = lineWriter('LLMChain', '1a');
    const call = lineWriter('ChatOpenAI', '1b', '1a');
    const start = JSON.stringify({ ...JSON.parse(line('chainStart', 0, { inputs: {} })), content: false });
    const path = await pageOf(
      `${start}\n` +
        call('chatModelStart', 5, {
          ...{ model: 'gpt-5', provider: 'openai', params: {}, tools: [] },
          messages: [{ role: 'user', content: '' }],
        }) +
        failing(),
      'night shift.jsonl',
    );
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
    const page = here.read('page.html');
    expect(page).toContain('<title>Trace: night shift.jsonl</title>');
    expect(page).toContain('<p>2 runs, 2026-11-21 14:13</p>');
    expect(page).toContain('<p class="note">What was said was left out.</p>');
    expect(page).toContain('<span class="status">has no end</span>');
    expect(page).toContain('<p class="note bad"><b>ChainError timeout</b> no answer &lt;in time&gt;</p>');
    expect(page).toContain('<dt>Errors</dt><dd>1 of 2 runs (50 %): timeout 1</dd>');
    expect(page).toContain('<dt>cost</dt><dd>no price</dd>');
  });

  it('holds the run that was named, or a part of it', async () => {
    const trace = chainLines('1a', 'Roses.') + chainLines('2a', 'Lilies.', { at: 1000 });
    await pageOf(trace, 'run.jsonl', 'last~1');
    expect(here.read('page.html')).toContain('Roses.');
    expect(here.read('page.html')).not.toContain('Lilies.');
    await pageOf(trace, 'run.jsonl', idOf('2af'));
    expect(here.read('page.html').match(/<b>\w+<\/b>/g)).toEqual(['<b>ChatOpenAI</b>', '<b>ChatOpenAI</b>']);
  });
});

/** A chain whose model answered without a price, and whose tool then failed. */
function failing(): string {
  const line = lineWriter('Assistant', '3a');
  const tool = lineWriter('weather', '3c', '3a');
  const error = { name: 'ChainError', code: 'timeout', message: 'no answer <in time>' };
  return [
    line('chainStart', 0, { inputs: { city: 'Vienna' } }),
    chainLines('3b', 'Let me see.').replaceAll('"parentRunId":null', `"parentRunId":"${idOf('3a')}"`),
    tool('toolStart', 400, { input: 'Vienna', toolCallId: 'call_1' }),
    tool('toolError', 900, { error, durationMs: 500 }),
    line('chainError', 900, { error, usage: null, durationMs: 900 }),
  ].join('');
}
