// One channel of a page: how it is to be, and how the server knows it.

import type { Activation, Channel, ChannelOptions, Priority, Target } from "./api.ts";
import type { Speech } from "./channels.ts";
import { clamp } from "./clamp.ts";
import type { FromPage } from "./control.ts";

/** What a change of it makes others do. */
export interface ChannelEffects {
  update(): void;
  close(channel: ChannelRecord): void;
}

/** How voice goes there. */
interface Manner {
  readonly positional: boolean;
  readonly amplitude: number;
  readonly priority: Priority;
}

export class ChannelRecord implements Channel {
  readonly number: number;
  readonly to: Target;
  private wanted: { readonly sinceMs: number } | null = null;
  /** As it is on the server; null while it is closed there. */
  private told: { readonly manner: Manner; readonly atMs: number } | null = null;
  /** Since when it has not been wanted any more; null while it is. */
  private letGoAt: number | null = null;
  private readonly effects: ChannelEffects;
  private activatedBy: Activation;
  private manner: Manner;
  private isHeld = false;

  constructor(number: number, to: Target, options: ChannelOptions, effects: ChannelEffects) {
    this.number = number;
    this.to = to;
    this.effects = effects;
    this.activatedBy = options.activation ?? "push-to-talk";
    this.manner = {
      positional: options.positional ?? false,
      amplitude: clamp(options.amplitude ?? 1, 0, LOUDEST, 1),
      priority: options.priority ?? "default",
    };
  }

  get activation(): Activation {
    return this.activatedBy;
  }

  set activation(activation: Activation) {
    this.activatedBy = activation;
    this.effects.update();
  }

  get positional(): boolean {
    return this.manner.positional;
  }

  set positional(positional: boolean) {
    this.change({ positional });
  }

  get amplitude(): number {
    return this.manner.amplitude;
  }

  set amplitude(amplitude: number) {
    this.change({ amplitude: clamp(amplitude, 0, LOUDEST, 1) });
  }

  get priority(): Priority {
    return this.manner.priority;
  }

  set priority(priority: Priority) {
    this.change({ priority });
  }

  get talking(): boolean {
    return this.isHeld;
  }

  set talking(held: boolean) {
    this.isHeld = held;
    this.effects.update();
  }

  get isOpen(): boolean {
    return this.isWanted && this.isTold;
  }

  close(): void {
    this.effects.close(this);
  }

  get isWanted(): boolean {
    return this.wanted !== null;
  }

  /** In ms; long ago where it is not wanted. */
  get wantedSince(): number {
    return this.wanted?.sinceMs ?? -Infinity;
  }

  /** Whether it is open on the server. */
  get isTold(): boolean {
    return this.told !== null;
  }

  /** When the server was told of it, in ms; long ago where it does not know it. */
  get toldAt(): number {
    return this.told?.atMs ?? -Infinity;
  }

  /** Whether it is open on the server, and not as it is to be. */
  get isToldOtherwise(): boolean {
    if (this.told === null) return false;
    const { positional, amplitude, priority } = this.told.manner;
    return positional !== this.positional || amplitude !== this.amplitude || priority !== this.priority;
  }

  /** Whether it is closed for as long as nobody speaks, and for no other reason. */
  waitsForVoice(speech: Speech): boolean {
    return this.activatedBy === "voice" && !speech.isMuted;
  }

  /** Decides whether voice is to go there; returns until when: for ever, as long as the last word takes, or not now. */
  wantUntil(now: number, speech: Speech): number {
    const until = this.wantedUntil(now, speech);
    if (!speech.isJoined || now >= until) this.wanted = null;
    else this.wanted ??= { sinceMs: now };
    return until;
  }

  /** What opens it on the server; from now on it is. */
  openMessage(now: number): FromPage {
    this.told = { manner: this.manner, atMs: now };
    return { type: "open", channel: this.number, to: this.to, ...this.manner };
  }

  /** What makes it on the server as it is to be. */
  changeMessage(now: number): FromPage {
    this.told = { manner: this.manner, atMs: now };
    return { type: "change", channel: this.number, ...this.manner };
  }

  closeMessage(): FromPage {
    this.told = null;
    return { type: "close", channel: this.number };
  }

  /** The server knows nothing of it any more. */
  forget(): void {
    this.told = null;
  }

  private change(changed: Partial<Manner>): void {
    this.manner = { ...this.manner, ...changed };
    this.effects.update();
  }

  private wantedUntil(now: number, speech: Speech): number {
    if (speech.isMuted) {
      this.letGoAt = null;
      return now;
    }
    if (this.isActive(speech)) {
      this.letGoAt = null;
      return Infinity;
    }
    if (!this.isOpen) return now;
    this.letGoAt ??= now;
    return this.letGoAt + TAIL_MS;
  }

  private isActive(speech: Speech): boolean {
    switch (this.activatedBy) {
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
/** The delay before the encoder (`PREROLL_MS` of the worklet), a packet of 20 ms, and some room. */
const TAIL_MS = 200;
