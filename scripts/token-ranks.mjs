// Writes the tokens that `src/tokens/encodings.ts` loads: those of gpt-tokenizer, a module for each encoding, packed so
// that a process has them at hand in a fraction of the time that a list of 200,000 strings takes to read. Same package,
// same bytes.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ENCODINGS = ['o200k_base', 'cl100k_base'];
const OUT_FOLDER = fileURLToPath(new URL('../src/tokens/generated/ranks/', import.meta.url));

/** Files that are right already stay untouched. */
export async function buildTokenRanks(outFolder = OUT_FOLDER) {
  await mkdir(outFolder, { recursive: true });
  for (const encoding of ENCODINGS) {
    const { default: tokens } = await import(`gpt-tokenizer/bpeRanks/${encoding}`);
    const file = path.join(outFolder, `${encoding}.ts`);
    const text = [
      `/** In base64: the tokens of ${encoding}, packed. */`,
      // Without its type, the whole text would be the type, and part of the declarations.
      `const packed: string = '${packTokens(tokens).toString('base64')}';`,
      'export default packed;\n',
    ].join('\n');
    if ((await readFile(file, 'utf8').catch(() => null)) !== text) await writeFile(file, text);
  }
}

/**
 * `PackedTokens` of `src/tokens/token-table.ts`.
 * @param tokens in the order of merging; strings, bytes, or `undefined` where a place is empty
 */
export function packTokens(tokens) {
  const all = Array.from(tokens, (token, rank) => ({ bytes: Buffer.from(token ?? []), rank }))
    .filter(({ bytes }) => bytes.length > 0)
    .sort((a, b) => a.bytes.length - b.bytes.length || a.bytes.compare(b.bytes));
  const longest = all.at(-1)?.bytes.length ?? 0;
  const counts = new Array(longest).fill(0);
  for (const { bytes } of all) counts[bytes.length - 1] += 1;
  const head = Buffer.alloc(4 * (longest + 1));
  for (const [index, number] of [longest, ...counts].entries()) head.writeUInt32LE(number, 4 * index);
  const ranks = all.map(({ rank }) => Buffer.of(rank & 255, (rank >> 8) & 255, rank >> 16));
  return Buffer.concat([head, ...all.map(({ bytes }) => bytes), ...ranks]);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await buildTokenRanks();
