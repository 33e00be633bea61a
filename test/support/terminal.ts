import { execFile, execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { afterTest } from './teardown.js';

/** A real terminal, run by tmux: what is on its screen is what a person would see. */
export interface Terminal {
  /** The lines on it, without the empty ones at the end. `styled`: with their colour codes. */
  screen(styled?: 'styled'): Promise<string>;
  /** The same, below those that it has scrolled away. */
  history(): Promise<string>;
  /** Settles with the screen once it matches; rejects after some seconds. */
  sees(wanted: RegExp): Promise<string>;
  /** `C-c` and the like, as tmux names keys. */
  press(...keys: readonly string[]): Promise<void>;
  /** As a terminal does it: with marks around it where the program has asked for them. */
  paste(text: string): Promise<void>;
  /** As a person does it with the window's corner. */
  resize(size: TerminalSize): Promise<void>;
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface TerminalProgram {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

const PATIENCE_MS = 10_000;

/** Runs a program in a terminal; under what it writes comes `[exit N]`. */
export async function openTerminal(
  { file, args, env }: TerminalProgram,
  cwd: string,
  { columns, rows }: TerminalSize = { columns: 160, rows: 30 },
): Promise<Terminal> {
  const socket = `chain-${randomUUID()}`;
  afterTest(() => execFileSync('tmux', ['-L', socket, 'kill-server'], { stdio: 'ignore' }));
  const tmux = async (...words: readonly string[]) =>
    (await promisify(execFile)('tmux', ['-L', socket, '-f', '/dev/null', ...words])).stdout;
  const variables = Object.entries({ TERM: 'screen-256color', ...env })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`);
  const command = ['env', '-i', ...variables, file, ...args].map(quote).join(' ');
  await tmux(
    'new-session',
    '-d',
    '-x',
    `${columns}`,
    '-y',
    `${rows}`,
    '-c',
    cwd,
    `${command}; echo "[exit $?]"; sleep 60`,
  );
  const screen: Terminal['screen'] = async (styled) =>
    (await tmux('capture-pane', '-p', ...(styled ? ['-e'] : []))).trimEnd();
  return {
    screen,
    history: async () => (await tmux('capture-pane', '-p', '-S', '-')).trimEnd(),
    async sees(wanted) {
      for (const until = Date.now() + PATIENCE_MS; ; ) {
        const shown = await screen();
        if (wanted.test(shown)) return shown;
        if (Date.now() > until) throw new Error(`${wanted} never came on the screen:\n${shown}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    press: async (...keys) => void (await tmux('send-keys', ...keys)),
    async paste(text) {
      await tmux('set-buffer', '--', text);
      await tmux('paste-buffer', '-p');
    },
    resize: async (size) => void (await tmux('resize-window', '-x', `${size.columns}`, '-y', `${size.rows}`)),
  };
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
