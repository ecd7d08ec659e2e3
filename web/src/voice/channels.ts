// The channels of this page: which are wanted, and which messages the server gets, within its rate limit.

import type { Channel, ChannelOptions, Target } from "./api.ts";
import { ChannelRecord } from "./channel_record.ts";
import type { FromPage } from "./control.ts";
import { MessageBudget } from "./message_budget.ts";

/** Conditions besides the channels themselves. */
export interface Speech {
  /** The session is joined, so that messages can be sent. */
  readonly isJoined: boolean;
  readonly isMuted: boolean;
  /** The microphone hears a voice. */
  readonly isVoice: boolean;
}

/**
 * All channels of a voice. Call `update` after each possible change, and at `wakeAt`.
 *
 * Closings are never delayed, so that no player overhears anything: an opening leaves enough of the budget to close all
 * open channels.
 * Changes that are waiting are merged: only the latest state is sent.
 */
export class Channels {
  private readonly all = new Set<ChannelRecord>();
  /** Numbers that are open on the server and belong to no channel here. */
  private readonly orphans = new Set<number>();
  private readonly budget = new MessageBudget();
  private readonly say: (message: FromPage) => void;
  private readonly changed: () => void;
  private lastNumber = 0;
  /** When a released channel is to close, or the budget allows more messages, in ms; null if nothing waits. */
  wakeAt: number | null = null;

  /** `changed` requests an `update`. */
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

  /** Whether voice is sent on any channel now. */
  get isAnyOpen(): boolean {
    return [...this.all].some((channel) => channel.isOpen);
  }

  /** Whether a channel waits for a voice. */
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

  /** The session is joined, possibly again: the server knows no channels, or only those reported with `onOpenChannels`. */
  onJoined(): void {
    this.orphans.clear();
    for (const channel of this.all) channel.forget();
  }

  /** The server has kept these open; unwanted ones are closed, the rest are opened again with the same number. */
  onOpenChannels(numbers: readonly number[]): void {
    const open = new Set([...this.all].filter((channel) => channel.isOpenOnServer).map((channel) => channel.number));
    for (const number of numbers) {
      if (!open.has(number)) this.orphans.add(number);
    }
    this.changed();
  }

  private close(channel: ChannelRecord): void {
    if (!this.all.delete(channel)) return;
    if (channel.isOpenOnServer) this.orphans.add(channel.number);
    channel.forget();
    this.changed();
  }

  /** Closings, which have to be sent before any more voice. */
  private closeShut(now: number, speech: Speech): void {
    for (const number of this.orphans) this.send(now, { type: "close", channel: number });
    this.orphans.clear();
    const isAnyWanted = [...this.all].some((channel) => channel.isWanted);
    for (const channel of this.all) {
      const mayStay = channel.isWanted || (!isAnyWanted && channel.waitsForVoice(speech));
      if (channel.isOpenOnServer && !mayStay) this.send(now, channel.closeMessage());
    }
  }

  private openWanted(now: number): void {
    const waiting = [...this.all].filter((channel) => channel.isWanted && !channel.isOpenOnServer);
    waiting.sort((one, other) => other.wantedSince - one.wantedSince);
    let open = this.openCount();
    for (const channel of waiting) {
      // Itself, and the closings of all open channels.
      if (!this.isLeft(now, open + 2)) return;
      this.send(now, channel.openMessage(now));
      open += 1;
    }
  }

  private changeOpen(now: number): void {
    const changed = [...this.all].filter((channel) => channel.isWanted && channel.isOutdated);
    changed.sort((one, other) => one.sentAt - other.sentAt);
    const reserve = this.reserve(this.openCount());
    for (const channel of changed) {
      if (!this.isLeft(now, reserve + 1)) return;
      this.send(now, channel.changeMessage(now));
    }
  }

  /** Nothing is sent between two words, so a channel that waits for a voice may stay open until the budget allows the closing. */
  private closeIdle(now: number): void {
    const idle = [...this.all].filter((channel) => channel.isOpenOnServer && !channel.isWanted);
    let open = this.openCount();
    for (const channel of idle) {
      open -= 1;
      if (!this.isLeft(now, this.reserve(open) + 1)) return;
      this.send(now, channel.closeMessage());
    }
  }

  /** The messages needed to open all channels, with this many open, and to close them: with that, no word is delayed. */
  private reserve(open: number): number {
    return 2 * this.all.size - open;
  }

  private openCount(): number {
    return [...this.all].filter((channel) => channel.isOpenOnServer).length;
  }

  /** Whether the budget has this many messages; if not, schedules a wake-up. */
  private isLeft(now: number, messages: number): boolean {
    const at = this.budget.leftAt(messages);
    if (now >= at) return true;
    this.wakeBy(at);
    return false;
  }

  private wakeBy(time: number): void {
    this.wakeAt = Math.min(this.wakeAt ?? Infinity, time);
  }

  private send(now: number, message: FromPage): void {
    this.budget.spend(now);
    this.say(message);
  }
}

/** The largest value of `web.limits.channels_max`: the server decides how many may be open at once. */
const CHANNELS_MAX = 160;
