/**
 * Text from outside, made harmless for a terminal: control sequences and control characters are removed, all but
 * newline and tab, and the characters that reverse the direction of writing are shown as `\u202e`.
 *
 * Keeps no state: of a sequence that is cut in two by a stream, the rest stays behind as ordinary text.
 */
export function cleanControls(text: string): string {
  if (!SUSPICIOUS.test(text)) return text;
  return text
    .replace(SEQUENCES, '')
    .replace(CONTROLS, '')
    .replace(BIDI, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
}

const SUSPICIOUS = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

/**
 * As ECMA-48 has them: strings with a terminator (OSC, DCS, SOS, PM, APC) where it comes on the same line, CSI, and
 * the shorter escapes. No part of one runs over the beginning of another, so that the time taken is in proportion to the text.
 */
const SEQUENCES =
  /(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\n\x1b\x80-\x9f]*(?:\x07|\x1b\\|\x9c)|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]/g;

const CONTROLS = /[\0-\x08\x0b-\x1f\x7f-\x9f]/g;
const BIDI = /[\u202a-\u202e\u2066-\u2069]/g;
