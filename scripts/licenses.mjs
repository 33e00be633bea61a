import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Packages whose data, or what they generate, the build writes into the sources, so that no import shows them. */
const COPIED = ['@pydantic/genai-prices', 'ajv', 'gpt-tokenizer'];

const SEPARATOR = `\n${'-'.repeat(80)}\n\n`;

/** The names, versions and licences of all packages in a bundle, as text; the same for the same bundle. */
export function thirdPartyLicenses(metafile, root) {
  const folders = new Set(COPIED.map((name) => resolve(root, 'node_modules', name)));
  for (const output of Object.values(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
      if (folder && bytesInOutput > 0) folders.add(resolve(root, folder));
    }
  }
  const entries = new Map([...folders].map(describe));
  const texts = [...entries.keys()].sort().map((title) => entries.get(title));
  return `This package contains the following software.\n${SEPARATOR}${texts.join(SEPARATOR)}`;
}

function describe(folder) {
  const { name, version, license, author, repository } = readManifest(folder);
  const entries = readdirSync(folder).sort();
  const files = [/^(licen[cs]e|copying)/i, /^notice/i].map((name) =>
    entries.find((entry) => name.test(entry)),
  );
  const read = (file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim();
  const text = files[0]
    ? files.filter(Boolean).map(read).join('\n\n')
    : [license, author?.name ?? author, repository?.url ?? repository].filter(Boolean).join('\n');
  const title = `${name} ${version}`;
  return [title, `${title} (${license})\n\n${text}\n`];
}

function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
