import cliTruncate from 'cli-truncate';
import type { Io } from '../io.js';

const UP_AND_CLEAR = (lines: number) => (lines === 0 ? '' : `\x1b[${lines}A\r\x1b[J`);

/** The last lines of a terminal, drawn anew as what they show changes. */
export class LiveRegion {
  readonly #stdout: Io['stdout'] & { readonly rows?: number };
  #drawn = '';
  #height = 0;

  constructor(stdout: Io['stdout']) {
    this.#stdout = stdout;
  }

  /** @param text whole lines, clean; of more than fit on the screen the last ones are shown */
  draw(text: string): void {
    const { columns = 80, rows = 24 } = this.#stdout;
    const lines = text
      .split('\n')
      .slice(0, -1)
      .slice(1 - rows);
    const next = lines.map((line) => `${cliTruncate(line, columns)}\n`).join('');
    if (next === this.#drawn) return;
    this.#stdout.write(UP_AND_CLEAR(this.#height) + next);
    this.#drawn = next;
    this.#height = lines.length;
  }

  /** Writes lines that stay, above. */
  keep(text: string): void {
    this.#stdout.write(UP_AND_CLEAR(this.#height) + text);
    this.#drawn = '';
    this.#height = 0;
  }
}
