import { stat } from 'node:fs/promises';
import { join, parse } from 'node:path';

/** `answer.1.md`, `answer.2.md`, … for `answer.md`. A device such as `/dev/null` takes all answers itself. */
export async function numberedFiles(file: string, count: number): Promise<readonly string[]> {
  const there = await stat(file).catch(() => undefined);
  const isDevice = there !== undefined && !there.isFile() && !there.isDirectory();
  const { dir, name, ext } = parse(file);
  return Array.from({ length: count }, (_, index) =>
    isDevice ? file : join(dir, `${name}.${index + 1}${ext}`),
  );
}
