import { createHash } from 'node:crypto';
import type { AskedRequest } from './asked-request.js';

/** Two requests have the same key only if they are the same, in whatever order their fields stand. */
export type RequestKey = string;

/** @param model `any` leaves out which model is asked */
export function requestKey(request: AskedRequest, model: 'own' | 'any'): RequestKey {
  return keyOf(model === 'own' ? request : { ...request, model: undefined });
}

/** What a tool was asked. */
export function toolKey(tool: string, input: unknown): RequestKey {
  return keyOf({ tool, input });
}

function keyOf(value: unknown): RequestKey {
  const text = JSON.stringify(value, (_, part: unknown) => (isObject(part) ? sorted(part) : part));
  return createHash('sha256').update(text).digest('base64');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(object: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}
