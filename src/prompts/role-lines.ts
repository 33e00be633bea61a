import type { Role } from '../messages.js';
import { FString } from './f-string.js';
import { PositionCounter, type SourcePosition } from './source-position.js';

export interface RoleLineMessage {
  readonly role: Role;
  readonly content: FString;
}

/**
 * The messages of a text that begins with a role line: `system:`, `user:` or `assistant:` alone on its line, with
 * nothing but blank lines before it. In any other text such lines mean nothing, and the result is `undefined`.
 *
 * The blank lines around a message's content are not part of it; spaces within its lines are. A line of a content
 * that must not be taken for a role line is indented by a space.
 *
 * @param start the place of the text's first character
 * @throws {TemplateError} for unbalanced braces and variable names that aren't legal
 */
export function parseRoleLines(text: string, start: SourcePosition): RoleLineMessage[] | undefined {
  const roleLine = /(?:^|\n)(system|user|assistant):[ \t]*(?=\n|$)/g;
  let line = roleLine.exec(text);
  if (line?.index !== Math.max(0, firstLineStart(text) - 1)) return undefined;

  const positions = new PositionCounter(text, start);
  const messages: RoleLineMessage[] = [];
  while (line) {
    const role = line[1] as Role;
    const from = roleLine.lastIndex + 1;
    line = roleLine.exec(text);
    const content = text.slice(from, line?.index ?? text.length);
    const begin = firstLineStart(content);
    const end = lastLineEnd(content);
    messages.push({ role, content: new FString(content.slice(begin, end), positions.at(from + begin)) });
  }
  return messages;
}

/** Where the first line that isn't blank begins. */
function firstLineStart(text: string): number {
  return text.lastIndexOf('\n', text.length - text.trimStart().length) + 1;
}

/** Where the last line that isn't blank ends, spaces included. */
function lastLineEnd(text: string): number {
  const end = text.indexOf('\n', text.trimEnd().length);
  return end < 0 ? text.length : end;
}
