// Whether the other end of a connection answers, and how long that takes: a slow one shows here before anywhere else.

/** How often it is asked while voice goes out, in ms. */
const EVERY_WHILE_TALKING_MS = 250;
/** How often otherwise. */
const EVERY_MS = 2_000;
/** An answer that takes longer than this says that what is sent now would be heard too late. */
const BEHIND_AFTER_MS = 600;
/** An answer that takes longer than this will not come. */
const LOST_AFTER_MS = 6_000;
/** So many questions may be open at once; more are not asked. */
const OPEN_MAX = 32;

/** One connection's. Times are in ms of any clock that does not go back. */
export class Pulse {
  /** When each question that is not answered yet was asked; the oldest first, and numbered one after the other. */
  private readonly open: number[] = [];
  private firstOpen = 0;
  private lastAsked = -Infinity;
  private lastVoice = -Infinity;
  private roundTrip: number | null = null;

  /** How long the last answer took, in ms; null before the first. */
  get roundTripMs(): number | null {
    return this.roundTrip;
  }

  /** Voice goes out, or would. */
  noteVoice(now: number): void {
    this.lastVoice = now;
  }

  /** The number of the question to be asked now; null if none is due. */
  question(now: number): number | null {
    if (now < this.dueAt() || this.open.length >= OPEN_MAX) {
      return null;
    }
    this.lastAsked = now;
    this.open.push(now);
    return this.firstOpen + this.open.length - 1;
  }

  /** The next one is due then. */
  dueAt(): number {
    const talks = this.lastVoice + EVERY_MS > this.lastAsked;
    return this.lastAsked + (talks ? EVERY_WHILE_TALKING_MS : EVERY_MS);
  }

  /** The question of this number is answered, and so are all before it. */
  answer(now: number, number: number): void {
    const index = number - this.firstOpen;
    const asked = Number.isInteger(index) ? this.open[index] : undefined;
    if (asked !== undefined) {
      this.roundTrip = now - asked;
      this.open.splice(0, index + 1);
      this.firstOpen = number + 1;
    }
  }

  /** What is sent now comes too late to be heard. */
  isBehind(now: number): boolean {
    return this.waitedFor(now) > BEHIND_AFTER_MS;
  }

  /** Nobody is there any more. */
  isLost(now: number): boolean {
    return this.waitedFor(now) > LOST_AFTER_MS;
  }

  private waitedFor(now: number): number {
    const oldest = this.open[0];
    return oldest === undefined ? 0 : now - oldest;
  }
}
