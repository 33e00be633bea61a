import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';

/** What the build depends on, relative to the repository. The lock file stands for the bundled packages. */
const INPUTS = ['src', 'schemas', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.json'];

/** A digest of the names and the content of everything that is built from; file times don't count. */
export function fingerprint(root) {
  const hash = createHash('sha256');
  for (const file of INPUTS.flatMap((input) => listFiles(root, input))) {
    const content = readFileSync(join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** The files under `path`, relative to `root`, with forward slashes, in one order everywhere. */
export function listFiles(root, path) {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  if (statSync(full).isFile()) return [path];
  return readdirSync(full, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1))
    .map((file) => file.split(sep).join('/'))
    .sort();
}
