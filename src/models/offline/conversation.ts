import type { Message, Role } from '../../messages.js';

/** What one speaker said at a time. */
export interface Turn {
  readonly role: Role;
  readonly text: string;
}

/** A prompt as a conversation, however it was written. */
export interface Conversation {
  readonly earlier: readonly Turn[];
  /** What the user said last; empty where no user speaks. */
  readonly last: string;
}

/**
 * The turns of a prompt. A last user message that is itself a conversation template, with lines such as `Human: …`
 * and an open `AI:` at its end, is taken apart; what stands before the first speaker counts as the system's.
 */
export function readConversation(messages: readonly Message[]): Conversation {
  const index = messages.findLastIndex(({ role }) => role === 'user');
  const others = messages
    .filter((_, at) => at !== index)
    .map(({ role, content }) => ({ role, text: content }));
  const last = messages[index]?.content ?? '';
  if (!OPEN_ANSWER.test(last)) return { earlier: others, last: last.trim() };
  const turns = readTurns(last.replace(OPEN_ANSWER, ''));
  const asked = turns.findLastIndex(({ role }) => role === 'user');
  const told = turns.filter((_, at) => at !== asked);
  return { earlier: [...others, ...told], last: turns[asked]?.text ?? '' };
}

/** A text with lines such as `Human: …` as turns; without any it is one turn of `role`. */
export function readTurns(text: string, role: Role = 'system'): Turn[] {
  const turns: { role: Role; lines: string[] }[] = [{ role, lines: [] }];
  for (const line of text.split(/\r?\n/)) {
    const spoken = SPEAKER.exec(line);
    if (spoken === null) turns.at(-1)!.lines.push(line);
    else turns.push({ role: ROLES[spoken[1]!.toLowerCase()]!, lines: [spoken[2]!] });
  }
  return turns
    .map(({ role, lines }) => ({ role, text: lines.join('\n').trim() }))
    .filter((turn) => turn.text !== '');
}

const ROLES: Readonly<Record<string, Role>> = {
  human: 'user',
  user: 'user',
  人类: 'user',
  用户: 'user',
  客户: 'user',
  ai: 'assistant',
  assistant: 'assistant',
  助手: 'assistant',
  system: 'system',
  系统: 'system',
  tool: 'tool',
  工具: 'tool',
};

const SPEAKER = new RegExp(String.raw`^\s*(${Object.keys(ROLES).join('|')})\s*[:：]\s?(.*)$`, 'i');
const OPEN_ANSWER = /(?:^|\r?\n)[^\S\n]*(?:AI|Assistant|助手)[^\S\n]*[:：]\s*$/i;
