import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { LEVEL as LEVEL_OF_WINSTON, MESSAGE as MESSAGE_OF_WINSTON } from 'triple-beam';
import { expect, test } from 'vitest';
import { FileCallbackHandler } from '../../src/callbacks/file.js';
import { createLogger } from '../../src/callbacks/logger.js';
import { LEVEL, MESSAGE } from '../../src/callbacks/winston.js';

const { cache } = createRequire(import.meta.url);

/** The packages of winston that were loaded so far, but what this test loads itself. */
function loaded(): string[] {
  const names = Object.keys(cache).map(
    (path) =>
      path
        .split(/node_modules[\\/]/)
        .at(-1)!
        .split(/[\\/]/)[0]!,
  );
  return ['logform', 'winston', 'winston-transport'].filter((name) => names.includes(name));
}

test('winston is loaded when it is used, and no more of it than is used', async () => {
  expect(loaded()).toEqual([]);
  const logger = createLogger(() => new PassThrough());
  logger.remove();
  logger.info('unheard');
  expect(loaded()).toEqual([]);

  const folder = mkdtempSync(join(tmpdir(), 'chain-winston-'));
  await new FileCallbackHandler(join(folder, 'output.log')).close();
  rmSync(folder, { recursive: true });
  expect(loaded()).toEqual(['logform', 'winston-transport']);

  createLogger(() => new PassThrough()).info('heard');
  expect(loaded()).toEqual(['logform', 'winston', 'winston-transport']);
});

test('the names of fields are those of winston', () => {
  expect([LEVEL, MESSAGE]).toEqual([LEVEL_OF_WINSTON, MESSAGE_OF_WINSTON]);
});
