import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { unlessAborted } from '../../callbacks/abort.js';

/**
 * The lines of a stream, each as soon as it is there; the last one needs no line break. No more is read than is asked
 * for.
 * @throws the signal's reason when it aborts
 */
export async function* inputLines(stdin: Readable, signal: AbortSignal): AsyncGenerator<string, void, void> {
  const decoder = new StringDecoder('utf8');
  const chunks = stdin[Symbol.asyncIterator]();
  /** A line that isn't whole yet, in the pieces in which it came. */
  let begun: string[] = [];
  let first = true;
  const whole = (end: string): string => {
    const line = [...begun, end].join('');
    begun = [];
    const text = first ? line.replace(/^\uFEFF/, '') : line;
    first = false;
    return text.replace(/\r$/, '');
  };
  for (;;) {
    const step = await unlessAborted(chunks.next(), signal);
    const text = step.done ? decoder.end() : decoder.write(step.value as Buffer);
    const [end = '', ...others] = text.split('\n');
    if (others.length === 0) begun.push(end);
    else {
      yield whole(end);
      for (const line of others.slice(0, -1)) yield whole(line);
      begun.push(others.at(-1)!);
    }
    if (step.done) break;
  }
  const last = whole('');
  if (last !== '') yield last;
}
