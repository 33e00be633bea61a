import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program of TypeScript in a process of its own; its imports are relative to `test/`.
 * @param define what names stand for, as source text
 */
export async function runBundled(
  source: string,
  nodeFlags: readonly string[] = [],
  define: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'promptchain-'));
  const outfile = join(folder, 'program.mjs');
  try {
    await build({
      stdin: { contents: source, resolveDir: fileURLToPath(new URL('..', import.meta.url)), loader: 'ts' },
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      define,
      banner: {
        js: "import { createRequire as requirer } from 'node:module'; const require = requirer(import.meta.url);",
      },
      logLevel: 'silent',
    });
    return await new Promise((resolve) => {
      execFile(process.execPath, [...nodeFlags, outfile], (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
        resolve({ code, stdout, stderr });
      });
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
