/** A stream that can be told to go on to its end by itself; its consumer then finds the rest ready. */
export interface ReadAhead<Y, R> {
  readonly stream: AsyncGenerator<Y, R, void>;
  /** To be told once is enough. */
  goOn(): void;
}

export function readAhead<Y, R>(generator: AsyncGenerator<Y, R, void>): ReadAhead<Y, R> {
  let ready: Promise<IteratorResult<Y, R>>[] = [];
  let going = false;
  const stream: AsyncGenerator<Y, R, void> = {
    next: () => ready.shift() ?? generator.next(),
    return(value) {
      ready = [];
      return generator.return(value);
    },
    throw(error) {
      ready = [];
      return generator.throw(error);
    },
    [Symbol.asyncIterator]: () => stream,
    [Symbol.asyncDispose]: async () => {
      await stream.return(undefined as R);
    },
  };
  return {
    stream,
    goOn() {
      if (going) return;
      going = true;
      void toTheEnd();
    },
  };

  async function toTheEnd(): Promise<void> {
    try {
      for (;;) {
        const step = generator.next();
        ready.push(step);
        if ((await step).done) return;
      }
    } catch {
      // The consumer finds it where it is ready for it.
    }
  }
}
