/** What a person has said to a chat. */
export type ChatInput =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'message'; readonly text: string }
  | {
      readonly kind: 'command';
      /** Without its slash. */
      readonly name: string;
      readonly argument: string;
    };

/**
 * Takes an input for what it is. A command is one line that begins with a slash; a message that does so is written with
 * a second slash, or a space, before it. A text of several lines is always a message.
 */
export function parseInput(text: string): ChatInput {
  if (text.trim() === '') return { kind: 'nothing' };
  if (text.includes('\n')) return { kind: 'message', text };
  if (text.startsWith('//')) return { kind: 'message', text: text.slice(1) };
  if (/^\s+\//.test(text)) return { kind: 'message', text: text.trimStart() };
  const command = /^\/(\S*)\s*(.*)$/.exec(text);
  if (command === null) return { kind: 'message', text };
  return { kind: 'command', name: command[1]!, argument: command[2]!.trimEnd() };
}
