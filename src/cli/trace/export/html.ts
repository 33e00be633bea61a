import { escapeControls } from '../../../callbacks/log-line.js';

/** Markup that is safe as it is: it came from {@link html}. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

export type HtmlValue = Html | string | number | null | false | readonly HtmlValue[];

/**
 * A template of markup. What is put in is text, whatever it looks like, and may stand in an element or in an attribute
 * with double quotes; only markup that came from here stays markup. Lists are joined; `null` and `false` are nothing.
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(String.raw({ raw: strings }, ...values.map(toMarkup)));
}

function toMarkup(value: HtmlValue): string {
  if (value === null || value === false) return '';
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(toMarkup).join('');
  return escapeHtml(String(value));
}

/** Control characters and those that turn the direction of writing are shown as `\x1b` or `\u202e`. */
function escapeHtml(text: string): string {
  return escapeControls(text.replaceAll('\r\n', '\n')).replace(SPECIAL, (character) => ENTITIES[character]!);
}

const SPECIAL = /[&<>"'`]/g;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};
