import { join } from 'node:path';
import { expect, it } from 'vitest';
import { numberedFiles } from '../../../src/cli/compare/numbered-files.js';

it.each([
  ['answer', ['answer.1', 'answer.2']],
  ['answer.md', ['answer.1.md', 'answer.2.md']],
  [join('a.b', 'c.tar.gz'), [join('a.b', 'c.tar.1.gz'), join('a.b', 'c.tar.2.gz')]],
  ['.hidden', ['.hidden.1', '.hidden.2']],
])('%s', async (file, files) => {
  expect(await numberedFiles(file, 2)).toEqual(files);
});

it.skipIf(process.platform === 'win32')('a device stays one', async () => {
  expect(await numberedFiles('/dev/null', 2)).toEqual(['/dev/null', '/dev/null']);
});
