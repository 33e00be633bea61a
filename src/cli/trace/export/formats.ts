import type { DocumentFormat } from './document.js';

/** How runs can be exported. Each is loaded when it is asked for. */
export const FORMATS = {
  csv: async () => (await import('./csv.js')).CSV,
  markdown: async () => (await import('./markdown.js')).MARKDOWN,
  html: async () => (await import('./html-page.js')).HTML_PAGE,
} as const satisfies Readonly<Record<string, () => Promise<DocumentFormat>>>;

export type ExportFormat = keyof typeof FORMATS;
