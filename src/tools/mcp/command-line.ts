import { parse } from 'shell-quote';

/** The words of a command, its variables as `${NAME}`; or what is in it that only a shell could do. */
export function splitCommand(line: string): { readonly words: readonly string[]; readonly wrong?: string } {
  if (/["']/.test(line.replace(/\\.|'[^']*'|"(?:\\.|[^"\\])*"/gs, '')))
    return { words: [], wrong: 'a quote is not closed' };
  const words: string[] = [];
  for (const word of parse(line, (name) => `\${${name}}`)) {
    if (typeof word === 'string') words.push(word.replace(/^~(?=\/|$)/, `\${HOME}`));
    else if ('pattern' in word) words.push(word.pattern);
    else return { words: [], wrong: `no shell runs it: ${'op' in word ? word.op : '#'} needs quotes` };
  }
  return { words };
}
