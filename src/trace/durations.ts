/** How long most runs took, in milliseconds: half of them no longer than `p50`, nine of ten no longer than `p90`. */
export interface Percentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/** Durations, of which percentiles are wanted. Holds each in eight bytes, so that the percentiles are exact. */
export class Durations {
  #values = new Float64Array(16);
  #count = 0;

  /** @param ms in milliseconds */
  add(ms: number): void {
    if (this.#count === this.#values.length) {
      const larger = new Float64Array(2 * this.#count);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#count] = ms;
    this.#count += 1;
  }

  merge(other: Durations): void {
    for (let index = 0; index < other.#count; index += 1) this.add(other.#values[index]!);
  }

  /**
   * By nearest rank: the shortest of those durations that this share of all doesn't exceed. Each is one that was
   * measured; nothing is interpolated. `null` where there is none.
   */
  percentiles(): Percentiles | null {
    if (this.#count === 0) return null;
    const sorted = this.#values.subarray(0, this.#count).sort();
    const at = (percent: number) => sorted[Math.ceil((percent * sorted.length) / 100) - 1]!;
    return { p50: at(50), p90: at(90), p99: at(99) };
  }
}
