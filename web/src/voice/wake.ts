// One timer at a time.

export class Wake {
  private readonly handler: () => void;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(handler: () => void) {
    this.handler = handler;
  }

  /** Replaces the previous timer; `time` is of `performance.now()`, null for never. Wakes earlier if it is weeks away. */
  at(time: number | null): void {
    clearTimeout(this.timer);
    if (time === null) return;
    this.timer = setTimeout(this.handler, Math.min(TIMER_MS_MAX, Math.max(0, time - performance.now())));
  }

  stop(): void {
    this.at(null);
  }
}

/** HTML, 8.6: 31 bits. A longer delay would fire at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;
