import { createInterface, emitKeypressEvents, type Interface, type Key } from 'node:readline';
import { PassThrough, type Writable } from 'node:stream';
import type { Io } from '../io.js';

/** What came of asking for a line. */
export type TypedLine =
  | { readonly kind: 'line'; readonly text: string }
  /** Ctrl-C. `text` is what was there. */
  | { readonly kind: 'interrupted'; readonly text: string }
  /** Ctrl-D, or nobody is there any more. */
  | { readonly kind: 'end' };

export interface LineEditorFields {
  readonly stdin: Io['stdin'];
  /** The terminal. */
  readonly output: Writable;
  /** What could stand in the place of the line. */
  complete(line: string): readonly string[];
}

/** A key as it was pressed, or a text as it was pasted. */
type Typed = { readonly text: string | undefined; readonly key: Key } | { readonly pasted: string };

const PASTE_ON = '\x1b[?2004h';
const PASTE_OFF = '\x1b[?2004l';
/** What a terminal puts around a paste. Early versions of Node 20 cut off its last character: it is a key of its own. */
const PASTE_MARK = /^\x1b\[20([01])(~?)$/;

/**
 * Lines typed at a terminal: edited by Node's readline, which sees one line at a time. What is typed between two lines
 * waits for the next one; Ctrl-C doesn't. A paste is put into the line as it is, line breaks and all.
 *
 * The terminal is in raw mode from `open` to `close`.
 */
export class LineEditor {
  readonly #fields: LineEditorFields;
  readonly #waiting: Typed[] = [];
  /** In which readline listens; its keys are handed over one by one. */
  readonly #silence = new PassThrough();
  #line: { readonly rl: Interface; done(line: TypedLine): void } | null = null;
  #pasting: string[] | null = null;
  #markIsCut = false;
  #ended = false;
  #onInterrupt: () => void = () => {};
  #history: readonly string[] = [];
  /** Where in the history the line is; -1 for what is being typed. */
  #at = -1;
  #draft = '';

  constructor(fields: LineEditorFields) {
    this.#fields = fields;
  }

  open(): void {
    const { stdin } = this.#fields;
    this.#setModes(true);
    process.on('exit', this.#leaveModes);
    emitKeypressEvents(stdin);
    stdin.on('keypress', this.#onKey);
    for (const event of ['end', 'close', 'error']) stdin.on(event, this.#onEnd);
    stdin.resume();
  }

  close(): void {
    const { stdin } = this.#fields;
    stdin.off('keypress', this.#onKey);
    stdin.pause();
    process.off('exit', this.#leaveModes);
    this.#finish({ kind: 'end' });
    this.#setModes(false);
  }

  /** Asks for one line. `history` has the newest entry first. */
  read(prompt: string, history: readonly string[]): Promise<TypedLine> {
    const { output, complete } = this.#fields;
    this.#history = history;
    this.#at = -1;
    const rl = createInterface({
      input: this.#silence,
      output,
      terminal: true,
      prompt,
      historySize: 0,
      completer: (line: string) => [complete(line), line],
    });
    return new Promise((resolve) => {
      this.#line = { rl, done: resolve };
      rl.on('line', (text) => this.#finish({ kind: 'line', text }));
      rl.prompt();
      this.#takeWaiting();
      if (this.#ended) this.#finish({ kind: 'end' });
    });
  }

  /** Whom Ctrl-C tells while no line is asked for. What was typed before it is forgotten. */
  set onInterrupt(listener: () => void) {
    this.#onInterrupt = listener;
  }

  readonly #onKey = (text: string | undefined, key: Key): void => {
    const mark = PASTE_MARK.exec(key.sequence ?? '');
    const isRest = this.#markIsCut && text === '~';
    this.#markIsCut = mark !== null && mark[2] === '';
    if (isRest) return;
    if (mark?.[1] === '0') this.#pasting = [];
    else if (mark !== null && this.#pasting !== null) {
      this.#take({ pasted: toText(this.#pasting.join('')) });
      this.#pasting = null;
    } else if (this.#pasting !== null) this.#pasting.push(text ?? '');
    else if (isControl(key, 'z')) this.#suspend();
    else if (this.#line === null && isControl(key, 'c')) {
      this.#waiting.length = 0;
      this.#onInterrupt();
    } else this.#take({ text, key });
  };

  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#finish({ kind: 'end' });
  };

  #take(typed: Typed): void {
    this.#waiting.push(typed);
    this.#takeWaiting();
  }

  #takeWaiting(): void {
    while (this.#line !== null && this.#waiting.length > 0) this.#put(this.#line.rl, this.#waiting.shift()!);
  }

  #put(rl: Interface, typed: Typed): void {
    if ('pasted' in typed) {
      this.#insert(rl, typed.pasted);
      return;
    }
    const { text, key } = typed;
    if (isControl(key, 'c')) this.#finish({ kind: 'interrupted', text: rl.line });
    else if (isControl(key, 'd') && rl.line === '') this.#finish({ kind: 'end' });
    else if (key.name === 'up' || isControl(key, 'p')) this.#recall(rl, 1);
    else if (key.name === 'down' || isControl(key, 'n')) this.#recall(rl, -1);
    else rl.write(text as string, key);
  }

  #insert(rl: Interface, text: string): void {
    const { line, cursor } = rl;
    show(rl, line.slice(0, cursor) + text + line.slice(cursor), cursor + text.length);
  }

  #recall(rl: Interface, step: 1 | -1): void {
    const at = this.#at + step;
    if (at < -1 || at >= this.#history.length) return;
    if (this.#at === -1) this.#draft = rl.line;
    this.#at = at;
    const text = at === -1 ? this.#draft : this.#history[at]!;
    show(rl, text, text.length);
  }

  #finish(line: TypedLine): void {
    if (this.#line === null) return;
    const { rl, done } = this.#line;
    this.#line = null;
    if (line.kind !== 'line') {
      show(rl, rl.line, rl.line.length);
      this.#fields.output.write('\n');
    }
    rl.close();
    done(line);
  }

  /** As a shell's other programs do. The terminal is the shell's meanwhile. */
  #suspend(): void {
    if (process.platform === 'win32') return;
    this.#setModes(false);
    process.once('SIGCONT', () => {
      this.#setModes(true);
      this.#line?.rl.prompt(true);
    });
    process.kill(process.pid, 'SIGTSTP');
  }

  readonly #leaveModes = (): void => this.#setModes(false);

  #setModes(on: boolean): void {
    const { stdin, output } = this.#fields;
    try {
      stdin.setRawMode?.(on);
    } catch {
      // The terminal is gone.
    }
    output.write(on ? PASTE_ON : PASTE_OFF);
  }
}

/** Puts a text into the line. */
function show(rl: Interface, line: string, cursor: number): void {
  Object.assign(rl, { line, cursor });
  rl.prompt(true);
}

function isControl({ ctrl, name }: Key, letter: string): boolean {
  return ctrl === true && name === letter;
}

/** Terminals send line breaks as carriage returns. What would move the cursor is left out. */
function toText(pasted: string): string {
  return pasted.replace(/\r\n?/g, '\n').replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, '');
}
