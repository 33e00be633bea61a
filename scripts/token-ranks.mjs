// Writes the tokens that `src/tokens/encodings.ts` loads: those of gpt-tokenizer, a module for each encoding, packed so
// that a process has them at hand in a tenth of the time that a list of 200,000 strings takes to read. Same package,
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
      `const packed: string = '${pack(tokens).toString('base64')}';`,
      'export default packed;\n',
    ].join('\n');
    if ((await readFile(file, 'utf8').catch(() => null)) !== text) await writeFile(file, text);
  }
}

/** `PackedTokens` of `src/tokens/token-table.ts`, one behind the other: how many, their lengths, their bytes. */
function pack(tokens) {
  const parts = Array.from(tokens, (token = []) => Buffer.from(token));
  const count = Buffer.alloc(4);
  count.writeUInt32LE(parts.length);
  const lengths = parts.map(({ length }) => length);
  if (lengths.some((length) => length > 255))
    throw new Error('A token is longer than its length can be written.');
  return Buffer.concat([count, Buffer.from(lengths), ...parts]);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await buildTokenRanks();
