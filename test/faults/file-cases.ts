import { ANSWER_FILE_CASES } from './answer-file-cases.js';
import type { FileCase } from './file-case.js';
import { TRACE_FILE_CASES } from './trace-file-cases.js';

export const FILE_CASES: readonly FileCase[] = [...TRACE_FILE_CASES, ...ANSWER_FILE_CASES];
