/** A command that a page shows, and what it shows as its output. */
export interface ShownCommand {
  readonly page: string;
  /** 1-based, of the command. */
  readonly line: number;
  readonly command: string;
  readonly output: string;
}

/** A file whose content a page shows. */
export interface ShownFile {
  readonly name: string;
  readonly content: string;
}

export interface Page {
  readonly commands: readonly ShownCommand[];
  readonly files: readonly ShownFile[];
  /** Commands of blocks marked as not run. */
  readonly notRun: readonly string[];
}

/**
 * What a page of Markdown shows to be run. In a block of language `console` a line that begins with `$ ` is a command
 * and what follows is its output. A block whose language is followed by a file's name (as in "```js handler.mjs") is
 * that file. A block right after the line `<!-- not run: why -->` is left out.
 */
export function readPage(page: string, markdown: string): Page {
  const commands: ShownCommand[] = [];
  const files: ShownFile[] = [];
  const notRun: string[] = [];
  const lines = markdown.split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const fence = /^```(\S+)(?: (\S+))?$/.exec(lines[index] as string);
    if (fence === null) continue;
    const end = lines.indexOf('```', index + 1);
    const content = lines.slice(index + 1, end);
    const skipped = /^<!-- not run: .+ -->$/.test(lines[index - 1] ?? '');
    if (fence[2] !== undefined) files.push({ name: fence[2], content: `${content.join('\n')}\n` });
    else if (fence[1] === 'console') {
      const found = readCommands(page, index + 2, content);
      if (skipped) notRun.push(...found.map(({ command }) => command));
      else commands.push(...found);
    }
    index = end;
  }
  return { commands, files, notRun };
}

function readCommands(page: string, firstLine: number, lines: readonly string[]): ShownCommand[] {
  const found: { page: string; line: number; command: string; output: string[] }[] = [];
  for (const [offset, line] of lines.entries()) {
    if (line.startsWith('$ '))
      found.push({ page, line: firstLine + offset, command: line.slice(2), output: [] });
    else found.at(-1)?.output.push(line);
  }
  return found.map((shown) => ({ ...shown, output: shown.output.join('\n').trim() }));
}

/** Times, durations, speeds and ids are never the same twice. */
export function settle(text: string): string {
  return (
    text
      .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}/g, 'TIME')
      .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'RUN')
      .replace(/\b[0-9a-f]{8}\b/g, 'RUN')
      .replace(/(RUN +)\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, '$1TIME')
      .replace(/ *[░█]+ */g, ' █ ')
      // As wide as the durations were.
      .replace(/^run {2}.*started.*$|^RUN {2}.*$/gm, (row) => row.replace(/ {2,}/g, '  '))
      .replace(/"time":\d+/g, '"time":N')
      .replace(/"(durationMs|firstTokenMs)":[\d.]+/g, '"$1":N')
      .replace(/\b\d+(\.\d+)? m?s\b/g, 'N ms')
      .replace(/(N ms → N ms)(?:, [+-][\d.]+ %)?/g, '$1')
      .replace(/\b[\d.]+ tokens\/s/g, 'N tokens/s')
      .replace(/[ \t]+$/gm, '')
      .trim()
  );
}
