import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

/** These look at what is loaded, or replace a part of it. */
const ALONE = ['test/callbacks/winston.test.ts', 'test/models/budget.test.ts'];

export default defineConfig({
  define: { PROMPTCHAIN_VERSION: JSON.stringify(version) },
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    setupFiles: ['test/support/setup.ts'],
    // Most of the time a test waits for a process that it has started.
    maxWorkers: availableParallelism() + 1,
    projects: [
      // A process for each of two hundred files, and the sources loaded anew in it, would be a third of all the time.
      {
        extends: true,
        test: { name: 'together', include: ['test/**/*.test.ts'], exclude: ALONE, isolate: false },
      },
      { extends: true, test: { name: 'alone', include: ALONE } },
    ],
  },
});
