// Where my voice goes: which channels are wanted, and which of them are open on the server now.

import type { Activation, Channel, ChannelOptions, Priority, Target } from "./api.ts";
import { clamp } from "./clamp.ts";
import type { FromPage } from "./control.ts";

/** What decides besides the channels themselves. */
export interface Speech {
  /** In the session, so that there is somebody to tell. */
  readonly isJoined: boolean;
  readonly isMuted: boolean;
  /** The microphone hears a voice. */
  readonly isVoice: boolean;
}

/** All channels of a voice. Call `update` whenever something may have changed, and at `wakeAt`. */
export class Channels {
  private readonly all = new Set<ChannelRecord>();
  private readonly say: (message: FromPage) => void;
  private readonly changed: () => void;
  private lastNumber = 0;
  /** When a channel that was let go is to close, in ms; null if none is. */
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
      change: (changed) => this.change(changed),
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
      const until = channel.wantedUntil(now, speech);
      this.setOpen(channel, speech.isJoined && now < until);
      if (channel.isOpen && Number.isFinite(until)) this.wakeAt = Math.min(this.wakeAt ?? Infinity, until);
    }
  }

  /** In the session, again perhaps: the server knows of none, or of those that it tells with `onTold`. */
  onJoined(): void {
    for (const channel of this.all) channel.isOpen = false;
  }

  /** The server has kept these open; what is not wanted of them goes, and the rest is opened again with the same number. */
  onTold(numbers: readonly number[]): void {
    const open = new Set([...this.all].filter((channel) => channel.isOpen).map((channel) => channel.number));
    for (const channel of numbers) {
      if (!open.has(channel)) this.say({ type: "close", channel });
    }
  }

  private setOpen(channel: ChannelRecord, open: boolean): void {
    if (open === channel.isOpen) return;
    channel.isOpen = open;
    if (!open) {
      this.say({ type: "close", channel: channel.number });
      return;
    }
    const { number, to, positional, amplitude, priority } = channel;
    this.say({ type: "open", channel: number, to, positional, amplitude, priority });
  }

  private change(channel: ChannelRecord): void {
    if (!channel.isOpen) return;
    const { number, positional, amplitude, priority } = channel;
    this.say({ type: "change", channel: number, positional, amplitude, priority });
  }

  private close(channel: ChannelRecord): void {
    if (!this.all.delete(channel)) return;
    this.setOpen(channel, false);
    this.changed();
  }
}

interface ChannelEffects {
  update(): void;
  change(channel: ChannelRecord): void;
  close(channel: ChannelRecord): void;
}

class ChannelRecord implements Channel {
  readonly number: number;
  readonly to: Target;
  isOpen = false;
  /** Since when it has not been wanted any more; null while it is. */
  private letGoAt: number | null = null;
  private readonly effects: ChannelEffects;
  private settings: { activation: Activation; positional: boolean; amplitude: number; priority: Priority };
  private isHeld = false;

  constructor(number: number, to: Target, options: ChannelOptions, effects: ChannelEffects) {
    this.number = number;
    this.to = to;
    this.effects = effects;
    this.settings = {
      activation: options.activation ?? "push-to-talk",
      positional: options.positional ?? false,
      amplitude: clamp(options.amplitude ?? 1, 0, LOUDEST, 1),
      priority: options.priority ?? "default",
    };
  }

  get activation(): Activation {
    return this.settings.activation;
  }

  set activation(activation: Activation) {
    this.settings.activation = activation;
    this.effects.update();
  }

  get positional(): boolean {
    return this.settings.positional;
  }

  set positional(positional: boolean) {
    this.settings.positional = positional;
    this.effects.change(this);
  }

  get amplitude(): number {
    return this.settings.amplitude;
  }

  set amplitude(amplitude: number) {
    this.settings.amplitude = clamp(amplitude, 0, LOUDEST, 1);
    this.effects.change(this);
  }

  get priority(): Priority {
    return this.settings.priority;
  }

  set priority(priority: Priority) {
    this.settings.priority = priority;
    this.effects.change(this);
  }

  get talking(): boolean {
    return this.isHeld;
  }

  set talking(held: boolean) {
    this.isHeld = held;
    this.effects.update();
  }

  close(): void {
    this.effects.close(this);
  }

  /** Until when voice is to go there: for ever, for a little longer since what was said is still on its way, or not now. */
  wantedUntil(now: number, speech: Speech): number {
    if (speech.isMuted) {
      this.letGoAt = null;
      return now;
    }
    if (this.isWanted(speech)) {
      this.letGoAt = null;
      return Infinity;
    }
    if (!this.isOpen) return now;
    this.letGoAt ??= now;
    return this.letGoAt + TAIL_MS;
  }

  private isWanted(speech: Speech): boolean {
    switch (this.settings.activation) {
      case "open":
        return true;
      case "voice":
        return speech.isVoice;
      case "push-to-talk":
        return this.isHeld;
    }
  }
}

const LOUDEST = 2;
/** As many as `web.limits.channels_max` may allow: how many may be open at once is for the server to say. */
const CHANNELS_MAX = 255;
/** The delay before the encoder (`PREROLL_MS` of the worklet), a packet of 20 ms, and some room. */
const TAIL_MS = 200;
