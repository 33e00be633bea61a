// Writes the functions with which `src/trace/trace-line.ts` checks the lines of a trace: `schemas/event.schema.json`,
// compiled. Compiling it takes a quarter of a second, which no command should spend on it. Same schema, same bytes.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';

const SCHEMA = new URL('../schemas/event.schema.json', import.meta.url);
const OUT_FOLDER = fileURLToPath(new URL('../src/trace/generated/', import.meta.url));

/** Makes `outFolder` hold them; a file that is right already stays untouched. */
export async function buildEventValidators(outFolder = OUT_FOLDER) {
  await mkdir(outFolder, { recursive: true });
  const file = path.join(outFolder, 'event-validators.ts');
  const text = await compileSchema();
  if ((await readFile(file, 'utf8').catch(() => null)) !== text) await writeFile(file, text);
}

async function compileSchema() {
  const schema = JSON.parse(await readFile(SCHEMA, 'utf8'));
  const ajv = new Ajv2020({ strict: false, validateFormats: false, code: { source: true, esm: true } });
  ajv.addSchema(schema, 'event');
  const types = schema.oneOf.map(({ $ref }) => $ref.slice('#/$defs/'.length));
  const code = standalone.default(
    ajv,
    Object.fromEntries(types.map((type) => [type, `event#/$defs/${type}`])),
  );
  if (code.includes('require(')) throw new Error('The compiled schema needs a module of the validator.');
  return [
    '// @ts-nocheck: it is JavaScript that a package has generated.',
    "import type { ValidateFunction } from 'ajv';",
    code,
    '/** By the type of an event. */',
    `const validators: Readonly<Record<string, ValidateFunction>> = { ${types.join(', ')} };`,
    'export default validators;\n',
  ].join('\n');
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await buildEventValidators();
