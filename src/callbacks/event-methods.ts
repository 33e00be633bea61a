import { EVENT_TABLE } from '../events.js';
import { didYouMean } from '../nearest-name.js';

/** What the names in an object say of what it hears as a handler. */
export interface EventMethods {
  /** The methods that hear events. */
  readonly heard: readonly string[];
  /** What is spelled almost like one, with the right name: `onLlmEnd (did you mean "onLLMEnd"?)`. */
  readonly mistyped: readonly string[];
  /** What is named like one, and is like none that there is: `onClick`. */
  readonly unknown: readonly string[];
}

const METHODS: readonly string[] = Object.values(EVENT_TABLE).map(({ method }) => method);
const ALL = [...METHODS, 'onEvent'];
/** `onLlmEnd`, `on_llm_end` as in Python, `handleLLMEnd` as in LangChain.js. */
const LIKE_METHOD = /^(on[A-Z_]|handle[A-Z])/;
const OTHER_PREFIX = /^handle/;

/** Reads names alone, those of the object's classes too. */
export function eventMethods(object: object): EventMethods {
  const names = namesIn(object);
  const others = names
    .filter((name) => LIKE_METHOD.test(name) && !ALL.includes(name))
    .map((name) => ({ name, near: nearTo(name) }));
  return {
    heard: names.filter((name) => ALL.includes(name)),
    mistyped: others.filter(({ near }) => near !== '').map(({ name, near }) => name + near),
    unknown: others.filter(({ name, near }) => near === '' && /^on[A-Z]/.test(name)).map(({ name }) => name),
  };
}

/** Of methods, those that can't be called. One that isn't there is none of them. */
export function notFunctions(object: object, methods: readonly string[]): readonly string[] {
  const values = object as Readonly<Record<string, unknown>>;
  return methods.filter((name) => !['function', 'undefined'].includes(typeof values[name]));
}

function nearTo(name: string): string {
  return OTHER_PREFIX.test(name)
    ? didYouMean(name.replace(OTHER_PREFIX, 'on'), METHODS)
    : didYouMean(name, ALL);
}

function namesIn(value: object): readonly string[] {
  const names = new Set<string>();
  for (let object: object | null = value; object !== null && object !== Object.prototype; ) {
    for (const name of Object.getOwnPropertyNames(object)) names.add(name);
    object = Object.getPrototypeOf(object);
  }
  return [...names];
}
