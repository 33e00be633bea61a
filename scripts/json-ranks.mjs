import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const RANKS = /[\\/]generated[\\/]ranks[\\/]\w+\.ts$/;

/**
 * An esbuild plugin that makes JSON of the tokens that `token-ranks.mjs` has packed: V8 takes 20 ms to find the end of
 * so long a text in a program, and 2 ms in JSON. Bundlers take JSON that is required as they take code.
 * @param folder of the chunks
 */
export function jsonRanks(folder) {
  return {
    name: 'json-ranks',
    setup({ onResolve, onLoad }) {
      onLoad({ filter: RANKS }, ({ path }) => {
        const [, packed] = /^const packed: string = '(.*)';$/m.exec(readFileSync(path, 'utf8'));
        const hash = createHash('sha256').update(packed).digest('hex').slice(0, 8).toUpperCase();
        const name = `${basename(path, '.ts')}-${hash}.json`;
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, name), JSON.stringify(packed));
        return { contents: `import packed from './${name}';\nexport default packed;` };
      });
      onResolve({ filter: /\.json$/ }, ({ path, importer }) =>
        RANKS.test(importer) ? { path, external: true } : null,
      );
    },
  };
}
