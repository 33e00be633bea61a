/** An element of an XML document, with what is in it. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (Element | string)[];
}

const TOKEN =
  /<!\[CDATA\[(?<data>.*?)\]\]>|<\/(?<end>[\w:]+)\s*>|<(?<start>[\w:]+)(?<attributes>(?:\s+[\w:-]+="[^"<]*")*)\s*(?<empty>\/?)>|(?<text>[^<]+)/sy;
const ENTITY = /&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-fA-F]+);)/;
// What XML 1.0 has no place for.
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/**
 * Reads a document as a browser would, strictly.
 * @throws Error where it is not well-formed
 */
export function parseXml(document: string): Element {
  const root: Element = { name: '', attributes: {}, children: [] };
  const open = [root];
  if (FORBIDDEN.test(document)) throw new Error('a character that XML forbids');
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < document.length; ) {
    const at = TOKEN.lastIndex;
    const groups = TOKEN.exec(document)?.groups;
    if (groups === undefined) throw new Error(`not well-formed: ${document.slice(at, at + 200)}`);
    const { data, end, start, attributes = '', empty, text } = groups;
    const inside = open.at(-1)!;
    if (data !== undefined) inside.children.push(data);
    else if (text !== undefined) inside.children.push(decode(text));
    else if (end !== undefined) {
      if (open.pop()?.name !== end) throw new Error(`</${end}> ends another element`);
    } else {
      const pairs = [...attributes.matchAll(/([\w:-]+)="([^"]*)"/g)];
      const element: Element = {
        name: start!,
        attributes: Object.fromEntries(pairs.map(([, name, value]) => [name!, decode(value!)])),
        children: [],
      };
      if (Object.keys(element.attributes).length < pairs.length)
        throw new Error(`<${start}> says a thing twice`);
      inside.children.push(element);
      if (empty === '') open.push(element);
    }
  }
  const elements = root.children.filter((child) => typeof child !== 'string');
  if (open.length > 1 || elements.length !== 1)
    throw new Error('an element is left open, or there are several');
  return elements[0]!;
}

/** Every element of this name, however deep. */
export function findAll(element: Element, name: string): readonly Element[] {
  const inside = element.children.flatMap((child) => (typeof child === 'string' ? [] : findAll(child, name)));
  return element.name === name ? [element, ...inside] : inside;
}

export function textOf({ children }: Element): string {
  return children.map((child) => (typeof child === 'string' ? child : textOf(child))).join('');
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decode(text: string): string {
  if (ENTITY.test(text)) throw new Error(`an & that begins no entity: ${text}`);
  return text
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replace(/&#x([\da-f]+);/gi, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replace(/&(\w+);/g, (_, name: string) => NAMED[name]!);
}
