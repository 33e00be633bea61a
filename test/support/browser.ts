import { type Browser, chromium, type Page } from 'playwright-core';
import { whereIs } from './requires.js';
import { afterFile } from './teardown.js';

/** Debian's chromium, without what it does by itself on the network. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A page that is open in a browser, and all that it did besides showing itself. */
export interface OpenPage {
  readonly page: Page;
  /** Requests but that for the page itself, dialogs, errors, what was said in the console, calls of `xss()`. */
  readonly deeds: readonly string[];
}

export interface OpenOptions {
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
  /** As if the page had no policy: what would run is held back by nothing but its own markup. */
  readonly withoutPolicy?: boolean;
}

let browser: Promise<Browser> | undefined;

/** Opens a local file. Whatever it asks of the network is noted, and refused. */
export async function openPage(
  path: string,
  { width = 1280, colorScheme = 'light', withoutPolicy = false }: OpenOptions = {},
): Promise<OpenPage> {
  browser ??= launch();
  const context = await (await browser).newContext({
    viewport: { width, height: 900 },
    colorScheme,
    bypassCSP: withoutPolicy,
  });
  const page = await context.newPage();
  const deeds: string[] = [];
  const url = `file://${path}`;
  await context.exposeFunction('xss', () => void deeds.push('xss() was called'));
  await context.route('**', (route, request) => {
    if (request.url() === url && request.isNavigationRequest()) return route.continue();
    deeds.push(`asked for ${request.url()}`);
    return route.abort();
  });
  page.on('dialog', (dialog) => {
    deeds.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('pageerror', (error) => void deeds.push(`error: ${error.message}`));
  page.on('console', (message) => void deeds.push(`console: ${message.text()}`));
  page.on('popup', () => void deeds.push('opened a window'));
  page.on('framenavigated', (frame) => {
    if (frame.url() !== url) deeds.push(`went to ${frame.url()}`);
  });
  await page.goto(url);
  return { page, deeds };
}

function launch(): Promise<Browser> {
  const launched = chromium.launch({ executablePath: whereIs('chromium')!, args: FLAGS });
  afterFile(async () => {
    browser = undefined;
    await (await launched).close();
  });
  return launched;
}
