// How long to wait before the next try.

/** Doubles from try to try, with jitter, so that all pages of a server that was away do not come back in one moment. */
export class Backoff {
  private tries = 0;
  private readonly random: () => number;

  /** `random` gives numbers from 0 to 1, as `Math.random` does. */
  constructor(random: () => number) {
    this.random = random;
  }

  /** In ms: between half and all of 0.5 s, 1 s, 2 s, … 15 s. */
  next(): number {
    const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.tries);
    this.tries += 1;
    return longest * (0.5 + this.random() / 2);
  }

  reset(): void {
    this.tries = 0;
  }
}

const FIRST_MS = 500;
const LONGEST_MS = 15_000;
