import fc from 'fast-check';
import { expect, it } from 'vitest';
import { html } from '../../../../src/cli/trace/export/html.js';

it.each([
  ['text is escaped', html`<b>${`<i>"'&\``}</b>`, '<b>&lt;i&gt;&quot;&#39;&amp;&#96;</b>'],
  ['markup that came from here stays', html`<b>${html`<i>${'<'}</i>`}</b>`, '<b><i>&lt;</i></b>'],
  ['lists are joined', html`${[html`<br>`, '<', 1, [null, false]]}`, '<br>&lt;1'],
  ['null and false are nothing', html`a${null}${false}b`, 'ab'],
  ['zero is something', html`${0}`, '0'],
  ['control characters are shown', html`${'\x1b[31m\0\u202e\r\n\t'}`, '\\x1b[31m\\x00\\u202e\n\t'],
  ['what looks like a replacement is none', html`${"$&$`$'$1"}`, '$&amp;$&#96;$&#39;$1'],
  ['a backslash in a template is one', html`\n`, '\n'],
])('%s', (_, markup, text) => expect(markup.text).toBe(text));

it('no text ends an element or an attribute', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(html`${text}`.text).not.toMatch(/[<>"'`]|&(?!(?:amp|lt|gt|quot|#39|#96);)/);
    }),
  );
});
