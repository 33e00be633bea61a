import { parseDocument } from 'yaml';
import * as z from 'zod/mini';
import { ChainError } from '../errors.js';
import type { Config } from './config.js';

const price = z.strictObject({
  input: z.number().check(z.gte(0)),
  output: z.number().check(z.gte(0)),
  cachedInput: z.optional(z.number().check(z.gte(0))),
});

const schema = z.strictObject({
  model: z.optional(z.string()),
  prices: z.optional(z.record(z.string(), price)),
  providers: z.optional(
    z.record(z.string(), z.strictObject({ baseUrl: z.url(), keyVariable: z.optional(z.string()) })),
  ),
  defaults: z.optional(
    z.strictObject({
      temperature: z.optional(z.number().check(z.gte(0), z.lte(2))),
      topP: z.optional(z.number().check(z.gte(0), z.lte(1))),
      maxTokens: z.optional(z.int().check(z.gte(1))),
      seed: z.optional(z.int()),
      verbose: z.optional(z.boolean()),
      log: z.optional(z.string()),
      logFormat: z.optional(z.enum(['text', 'jsonl'])),
      logTokens: z.optional(z.boolean()),
      quiet: z.optional(z.boolean()),
      stream: z.optional(z.boolean()),
      timeout: z.optional(z.number().check(z.gt(0))),
      retries: z.optional(z.int().check(z.gte(0))),
    }),
  ),
});

/** @throws ChainError `invalid_config`, naming the file and every key that is wrong */
export function parseConfig(text: string, file: string): Config {
  const document = parseDocument(text, { prettyErrors: true });
  const [broken] = document.errors;
  if (broken !== undefined) {
    const at = broken.linePos?.[0];
    const place = at === undefined ? file : `${file}:${at.line}:${at.col}`;
    throw new ChainError('invalid_config', `${place}: ${broken.message.split('\n')[0]}`, { cause: broken });
  }
  const result = schema.safeParse(document.toJS({ maxAliasCount: 20 }) ?? {});
  if (result.success) return result.data as Config;
  const wrong = result.error.issues.map(({ path, message }) =>
    [path.join('.'), message].filter(Boolean).join(': '),
  );
  throw new ChainError('invalid_config', `${file}: ${wrong.join('; ')}`, { cause: result.error });
}
