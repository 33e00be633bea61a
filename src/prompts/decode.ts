import { isUtf8 } from 'node:buffer';
import { PositionCounter, TemplateError } from './source-position.js';

/**
 * Bytes as text, without a byte order mark and with `\n` at the end of lines.
 *
 * @throws {TemplateError} when they aren't UTF-8 (with the byte's offset) or one of them is NUL
 */
export function decodeText(source: Uint8Array | string, file: string): string {
  const bytes = typeof source === 'string' ? Buffer.from(source) : asBuffer(source);
  const decoded = bytes.toString('utf8');
  if (!isUtf8(bytes)) throw notUtf8(bytes, decoded, file);
  const text = decoded.startsWith(BYTE_ORDER_MARK) ? decoded.slice(1) : decoded;
  const nul = text.indexOf('\0');
  if (nul >= 0) {
    throw new TemplateError(
      new PositionCounter(text, startOf(file)).at(nul),
      'a NUL byte: this is not text',
      {
        hint: 'Only text in UTF-8 can be read.',
      },
    );
  }
  return text.replaceAll('\r\n', '\n');
}

const BYTE_ORDER_MARK = '\uFEFF';

function startOf(file: string) {
  return { file, line: 1, column: 1 };
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** `text` is what the bytes decode to with U+FFFD in place of what isn't UTF-8. */
function notUtf8(bytes: Buffer, text: string, file: string): TemplateError {
  let offset = 0;
  let index = 0;
  for (const character of text) {
    if (character === '\uFFFD' && bytes.indexOf(character, offset) !== offset) break;
    offset += Buffer.byteLength(character);
    index += character.length;
  }
  const marked = text.startsWith(BYTE_ORDER_MARK) ? 1 : 0;
  const position = new PositionCounter(text.slice(marked), startOf(file)).at(index - marked);
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  return new TemplateError(position, `not UTF-8 at byte ${offset} (the first is byte 0)`, {
    hint: utf16
      ? 'It looks like UTF-16, as Windows PowerShell writes it; save it as UTF-8.'
      : 'Save the file as UTF-8.',
  });
}
