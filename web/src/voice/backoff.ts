// The delay before the next attempt.

/** Doubles with each attempt, with jitter, so that the pages of a restarted server do not reconnect all at once. */
export class Backoff {
  private tries = 0;
  private readonly random: () => number;

  /** `random` returns numbers from 0 to 1, as `Math.random` does. */
  constructor(random: () => number) {
    this.random = random;
  }

  /** In ms: between 50 and 100 % of 0.5 s, 1 s, 2 s, … 15 s. */
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
