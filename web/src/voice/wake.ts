// One timer at a time.

export class Wake {
  private readonly handler: () => void;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(handler: () => void) {
    this.handler = handler;
  }

  /** Forgets what was before; `time` is of `performance.now()`, null for never. */
  at(time: number | null): void {
    clearTimeout(this.timer);
    if (time !== null) this.timer = setTimeout(this.handler, Math.max(0, time - performance.now()));
  }

  stop(): void {
    this.at(null);
  }
}
