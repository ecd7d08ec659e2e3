// Where my voice goes: which channels are wanted, and what the server is told of them, no faster than it takes it.

import type { Channel, ChannelOptions, Target } from "./api.ts";
import { ChannelRecord } from "./channel_record.ts";
import type { FromPage } from "./control.ts";
import { MessageBudget } from "./message_budget.ts";

/** What decides besides the channels themselves. */
export interface Speech {
  /** In the session, so that there is somebody to tell. */
  readonly isJoined: boolean;
  readonly isMuted: boolean;
  /** The microphone hears a voice. */
  readonly isVoice: boolean;
}

/**
 * All channels of a voice. Call `update` whenever something may have changed, and at `wakeAt`.
 *
 * Closings never wait, so that nobody overhears anything: an opening leaves enough of the budget to close all that is
 * open.
 * What changes in the meantime is said once, as it is in the end.
 */
export class Channels {
  private readonly all = new Set<ChannelRecord>();
  /** Numbers that are open on the server and are nobody's here. */
  private readonly strangers = new Set<number>();
  private readonly budget = new MessageBudget();
  private readonly say: (message: FromPage) => void;
  private readonly changed: () => void;
  private lastNumber = 0;
  /** When a channel that was let go is to close, or more may be said, in ms; null if nothing waits. */
  wakeAt: number | null = null;

  /** `changed` asks for an `update`. */
  constructor(say: (message: FromPage) => void, changed: () => void) {
    this.say = say;
    this.changed = changed;
  }

  open(to: Target, options: ChannelOptions = {}): Channel {
    if (this.all.size >= CHANNELS_MAX) throw new RangeError(`a page has at most ${CHANNELS_MAX} channels; close some`);
    this.lastNumber += 1;
    const channel = new ChannelRecord(this.lastNumber, to, options, {
      update: this.changed,
      close: (closed) => this.close(closed),
    });
    this.all.add(channel);
    this.changed();
    return channel;
  }

  list(): Channel[] {
    return [...this.all];
  }

  /** Whether voice goes anywhere now. */
  get isAnyOpen(): boolean {
    return [...this.all].some((channel) => channel.isOpen);
  }

  /** Whether some channel waits for a voice. */
  get isAnyByVoice(): boolean {
    return [...this.all].some((channel) => channel.activation === "voice");
  }

  update(now: number, speech: Speech): void {
    this.wakeAt = null;
    for (const channel of this.all) {
      const until = channel.wantUntil(now, speech);
      if (channel.isOpen && Number.isFinite(until)) this.wakeBy(until);
    }
    if (!speech.isJoined) return;
    this.closeShut(now, speech);
    this.openWanted(now);
    this.changeOpen(now);
    this.closeIdle(now);
  }

  /** In the session, again perhaps: the server knows of none, or of those that it tells with `onTold`. */
  onJoined(): void {
    this.strangers.clear();
    for (const channel of this.all) channel.forget();
  }

  /** The server has kept these open; what is not wanted goes, and the rest is opened again with the same number. */
  onTold(numbers: readonly number[]): void {
    const open = new Set([...this.all].filter((channel) => channel.isTold).map((channel) => channel.number));
    for (const number of numbers) {
      if (!open.has(number)) this.strangers.add(number);
    }
    this.changed();
  }

  private close(channel: ChannelRecord): void {
    if (!this.all.delete(channel)) return;
    if (channel.isTold) this.strangers.add(channel.number);
    channel.forget();
    this.changed();
  }

  /** What may hear nothing of what is said from now on. */
  private closeShut(now: number, speech: Speech): void {
    for (const number of this.strangers) this.tell(now, { type: "close", channel: number });
    this.strangers.clear();
    const isAnyWanted = [...this.all].some((channel) => channel.isWanted);
    for (const channel of this.all) {
      const mayStay = channel.isWanted || (!isAnyWanted && channel.waitsForVoice(speech));
      if (channel.isTold && !mayStay) this.tell(now, channel.closeMessage());
    }
  }

  private openWanted(now: number): void {
    const waiting = [...this.all].filter((channel) => channel.isWanted && !channel.isTold);
    waiting.sort((one, other) => other.wantedSince - one.wantedSince);
    let open = this.openCount();
    for (const channel of waiting) {
      // Itself, and then the closings of all that is open.
      if (!this.isLeft(now, open + 2)) return;
      this.tell(now, channel.openMessage(now));
      open += 1;
    }
  }

  private changeOpen(now: number): void {
    const changed = [...this.all].filter((channel) => channel.isWanted && channel.isToldOtherwise);
    changed.sort((one, other) => one.toldAt - other.toldAt);
    const reserve = this.reserve(this.openCount());
    for (const channel of changed) {
      if (!this.isLeft(now, reserve + 1)) return;
      this.tell(now, channel.changeMessage(now));
    }
  }

  /** Between two words nothing is sent, so what waits for a voice may stay open until there is time to close it. */
  private closeIdle(now: number): void {
    const idle = [...this.all].filter((channel) => channel.isTold && !channel.isWanted);
    let open = this.openCount();
    for (const channel of idle) {
      open -= 1;
      if (!this.isLeft(now, this.reserve(open) + 1)) return;
      this.tell(now, channel.closeMessage());
    }
  }

  /** What it takes to open all channels, while so many are open, and to close them: then no word has to wait. */
  private reserve(open: number): number {
    return 2 * this.all.size - open;
  }

  private openCount(): number {
    return [...this.all].filter((channel) => channel.isTold).length;
  }

  /** Whether so many messages may be said; if not, that is a reason to wake. */
  private isLeft(now: number, messages: number): boolean {
    const at = this.budget.leftAt(messages);
    if (now >= at) return true;
    this.wakeBy(at);
    return false;
  }

  private wakeBy(time: number): void {
    this.wakeAt = Math.min(this.wakeAt ?? Infinity, time);
  }

  private tell(now: number, message: FromPage): void {
    this.budget.spend(now);
    this.say(message);
  }
}

/** As many as `web.limits.channels_max` may allow: how many may be open at once is for the server to say. */
const CHANNELS_MAX = 160;
