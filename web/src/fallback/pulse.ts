// Measures the response time of the other end by pings: congestion shows here before anywhere else.

/** The ping interval while voice is sent, in ms. */
const EVERY_WHILE_TALKING_MS = 250;
/** The ping interval otherwise. */
const EVERY_MS = 2_000;
/** After a response time above this, voice sent now would arrive too late. */
const BEHIND_AFTER_MS = 600;
/** After this time without an answer, the connection is dead. */
const LOST_AFTER_MS = 6_000;
/** The maximum number of unanswered pings; no more are sent. */
const OPEN_MAX = 32;

/** For one connection. Times are in ms of any monotonic clock. */
export class Pulse {
  /** The send time of each unanswered ping, in order; pings have consecutive numbers. */
  private readonly open: number[] = [];
  private firstOpen = 0;
  private lastAsked = -Infinity;
  private lastVoice = -Infinity;
  private roundTrip: number | null = null;

  /** The last response time, in ms; null before the first response. */
  get roundTripMs(): number | null {
    return this.roundTrip;
  }

  /** Voice is sent, or would be. */
  noteVoice(now: number): void {
    this.lastVoice = now;
  }

  /** The number of the ping to send now; null if none is due. */
  question(now: number): number | null {
    if (now < this.dueAt() || this.open.length >= OPEN_MAX) {
      return null;
    }
    this.lastAsked = now;
    this.open.push(now);
    return this.firstOpen + this.open.length - 1;
  }

  /** When the next ping is due. */
  dueAt(): number {
    const talks = this.lastVoice + EVERY_MS > this.lastAsked;
    return this.lastAsked + (talks ? EVERY_WHILE_TALKING_MS : EVERY_MS);
  }

  /** The ping of this number is answered, and with it all earlier ones. */
  answer(now: number, number: number): void {
    const index = number - this.firstOpen;
    const asked = Number.isInteger(index) ? this.open[index] : undefined;
    if (asked !== undefined) {
      this.roundTrip = now - asked;
      this.open.splice(0, index + 1);
      this.firstOpen = number + 1;
    }
  }

  /** Whether voice sent now would arrive too late. */
  isBehind(now: number): boolean {
    return this.waitedFor(now) > BEHIND_AFTER_MS;
  }

  /** Whether the other end is dead. */
  isLost(now: number): boolean {
    return this.waitedFor(now) > LOST_AFTER_MS;
  }

  private waitedFor(now: number): number {
    const oldest = this.open[0];
    return oldest === undefined ? 0 : now - oldest;
  }
}
