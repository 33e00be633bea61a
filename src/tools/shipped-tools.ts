import { resolve } from 'node:path';
import { calculatorTool } from './calculator.js';
import { currentTimeTool } from './current-time.js';
import { httpGetTool } from './http-get.js';
import { readFileTool } from './read-file.js';
import type { Tool } from './tool.js';

/** As a template's front matter has them, checked by its schema. */
type Settings = Readonly<Record<string, unknown>>;

/** The tools that ship, by the names that templates know them by. */
export const SHIPPED_TOOLS: Readonly<Record<string, (settings: Settings, folder: string) => Tool>> = {
  calculator: () => calculatorTool(),
  current_time: () => currentTimeTool(),
  read_file: ({ folder, max_bytes }, base) =>
    readFileTool({
      folder: resolve(base, folder as string),
      ...(max_bytes !== undefined && { maxBytes: max_bytes as number }),
    }),
  http_get: ({ allow, allow_private, max_bytes }) =>
    httpGetTool({
      allow: allow as readonly string[],
      ...(allow_private !== undefined && { allowPrivate: allow_private as boolean }),
      ...(max_bytes !== undefined && { maxBytes: max_bytes as number }),
    }),
};

/**
 * The tools that a template's front matter names.
 * @param folder what paths in the settings are relative to
 */
export function shippedTools(settings: Readonly<Record<string, Settings>>, folder: string): readonly Tool[] {
  return Object.entries(settings).map(([name, own]) => SHIPPED_TOOLS[name]!(own, folder));
}
