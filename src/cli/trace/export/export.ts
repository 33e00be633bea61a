import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ChainError } from '../../../errors.js';
import { writeFileAtomically } from '../../../safety/atomic-file.js';
import { cleanControls } from '../../../safety/clean.js';
import type { Io } from '../../io.js';
import { assertWritable, makeFolderOf } from '../../named-file.js';
import { assertOtherFiles } from '../../other-file.js';
import { withTraceFile } from '../trace-source.js';
import type { DocumentFormat } from './document.js';
import { type ExportSource, readExport } from './export-source.js';
import { type ExportFormat, FORMATS } from './formats.js';

export interface ExportFlags {
  readonly format: ExportFormat;
  readonly output?: string;
  /** `false` leaves out what anybody said. */
  readonly content?: boolean;
}

/**
 * `chain trace export`: one run, or all of a file, in another form.
 * @throws ChainError `file_not_readable`, `file_not_writable`, `invalid_argument` where there is no such run
 */
export async function exportTrace(
  file: string,
  name: string | undefined,
  { format, output: given, content }: ExportFlags,
  io: Io,
): Promise<void> {
  const output = given === '-' ? undefined : given;
  if (output !== undefined) {
    assertOtherFiles({ '--output': output }, [file]);
    await assertWritable('--output', output);
  }
  const document = await FORMATS[format]();
  const notes = await withTraceFile(file, io, async (kept) => {
    const source = await readExport(kept, file, name, { redact: io.redact, signal: io.signal, content });
    const text = inBlocks(piecesOf(document, source));
    await (output === undefined ? toStdout(text, io) : toFile(output, text));
    return source.head.notes;
  });
  for (const note of notes) io.stderr.write(`note: ${cleanControls(note)}\n`);
}

async function* piecesOf(
  { begin, run, end }: DocumentFormat,
  { head, runs }: ExportSource,
): AsyncGenerator<string, void, void> {
  yield begin(head);
  for await (const each of runs) yield* run(each, head);
  yield end;
}

const BLOCK = 64 * 1024;

/** Small pieces together: each would be a write of its own. */
async function* inBlocks(pieces: AsyncIterable<string>): AsyncGenerator<string, void, void> {
  let block: string[] = [];
  let size = 0;
  for await (const piece of pieces) {
    block.push(piece);
    size += piece.length;
    if (size < BLOCK) continue;
    yield block.join('');
    block = [];
    size = 0;
  }
  if (size > 0) yield block.join('');
}

async function toStdout(text: AsyncIterable<string>, { stdout, signal }: Io): Promise<void> {
  await pipeline(Readable.from(text, { objectMode: false }), stdout, { end: false, signal });
}

async function toFile(output: string, text: AsyncIterable<string>): Promise<void> {
  await makeFolderOf('--output', output);
  try {
    await writeFileAtomically(output, text);
  } catch (cause) {
    if (cause instanceof ChainError) throw cause;
    throw new ChainError('file_not_writable', `--output ${output}: ${(cause as Error).message}`, { cause });
  }
}
