// How much may be said at once without the server finding it too much.

/** Counted in milliseconds: each message takes some, and time gives them back. */
export class MessageBudget {
  private wholeAt = -Infinity;

  /** When there are so many messages left, in ms; it may have been so for long. */
  leftAt(messages: number): number {
    return this.wholeAt - (MESSAGES_MAX - messages) * MESSAGE_MS;
  }

  spend(now: number): void {
    this.wholeAt = Math.max(this.wholeAt, now) + MESSAGE_MS;
  }
}

/** By default servers take 1000 at once and 50 a second, which leaves enough for rooms, places, texts and pings. */
const MESSAGES_MAX = 400;
const MESSAGE_MS = 40;
