import { join } from 'node:path';

/** What a run uses, whatever it is for. */
export const CORE = [
  'chains/llm-chain',
  'chains/measurement/measured-memories',
  'models/chat-openai',
  'prompts/load',
  'prompts/bind-variables',
  'nearest-name',
  'callbacks/at-exit',
  'callbacks/stdout',
  'callbacks/token-totals',
  'models/create',
  'models/providers',
  'models/transport',
  'safety/redactor',
];

/** What the command uses besides. */
const COMMAND_CORE = [
  'cli/main',
  'cli/run-template',
  'cli/run-plan',
  'cli/run-report',
  'cli/run-summary',
  'cli/trace-handlers',
  'cli/answer-view',
  'cli/dim',
];

/** Packages that are loaded lazily, and use others that the core uses. */
const PACKAGES = ['ora'];

/** Loaded without the core: the start of every command. */
const APART = ['cli/start'];

/**
 * An esbuild plugin that keeps the core in one chunk, and so the commands' own. By itself esbuild splits it into as many
 * as there are ways to get at its parts, and to open twenty small files takes Node longer than to read a large one. So
 * whatever is loaded by itself is made to load the core first: there is but one way.
 * @param src the folder of the sources
 */
export function together(src) {
  const fileOf = (name) => join(src, `${name}.ts`);
  const apart = new Set(APART.map(fileOf));
  return {
    name: 'together',
    setup({ initialOptions, onResolve, onLoad }) {
      initialOptions.logOverride = { 'ignored-bare-import': 'silent' };
      onResolve({ filter: /\.[jt]s$/ }, ({ kind, path, importer, resolveDir }) => {
        // A source, that is: `ipaddr.js` is a package.
        const imported = kind === 'dynamic-import' && path.startsWith('.') && importer.startsWith(src);
        const loaded = kind === 'entry-point' || imported;
        const file = join(resolveDir, path.replace(/\.js$/, '.ts'));
        return loaded && file.startsWith(src) && !apart.has(file) && !file.includes('generated')
          ? { path: file, namespace: 'together' }
          : null;
      });
      onResolve({ filter: new RegExp(`^(?:${PACKAGES.join('|')})$`) }, ({ kind, path, namespace }) =>
        kind === 'dynamic-import' && namespace === 'file' ? { path, namespace: 'together' } : null,
      );
      onLoad({ filter: /./, namespace: 'together' }, ({ path }) => ({
        contents: [
          ...[...CORE, ...(path.startsWith(join(src, 'cli')) ? COMMAND_CORE : [])].map(
            (name) => `import ${quoted(fileOf(name))};`,
          ),
          `export * from ${quoted(path)};`,
          ...(PACKAGES.includes(path) ? [`export { default } from ${quoted(path)};`] : []),
        ].join('\n'),
        resolveDir: src,
      }));
    },
  };
}

const quoted = JSON.stringify;
