// A rate limiter for control messages that stays below the server's limit.

/** Counted in milliseconds: each message costs some, and time refills them. */
export class MessageBudget {
  private wholeAt = -Infinity;

  /** When this many messages are available, in ms; may be in the past. */
  leftAt(messages: number): number {
    return this.wholeAt - (MESSAGES_MAX - messages) * MESSAGE_MS;
  }

  spend(now: number): void {
    this.wholeAt = Math.max(this.wholeAt, now) + MESSAGE_MS;
  }
}

/** Servers accept 1000 at once and 50 a second by default, which leaves enough for rooms, places, texts and pings. */
const MESSAGES_MAX = 400;
const MESSAGE_MS = 40;
