import type { Model, ModelResult } from '../models/model.js';

/** The text of an answer as it comes, and the whole answer at its end. */
export async function* textOf(
  answer: ReturnType<Model['stream']>,
): AsyncGenerator<string, ModelResult, void> {
  let done = false;
  try {
    for (;;) {
      const step = await answer.next();
      if (step.done) {
        done = true;
        return step.value;
      }
      if (step.value.text !== undefined) yield step.value.text;
    }
  } finally {
    if (!done) await answer.return(undefined as never);
  }
}
