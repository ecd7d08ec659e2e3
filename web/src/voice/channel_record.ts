// One channel of a page: its wanted state, and its state on the server.

import type { Activation, Channel, ChannelOptions, Priority, Target } from "./api.ts";
import type { Speech } from "./channels.ts";
import { clamp } from "./clamp.ts";
import type { FromPage } from "./control.ts";

/** Callbacks for changes of a channel. */
export interface ChannelEffects {
  update(): void;
  close(channel: ChannelRecord): void;
}

/** Parameters of the voice on the channel. */
interface Manner {
  readonly positional: boolean;
  readonly amplitude: number;
  readonly priority: Priority;
}

export class ChannelRecord implements Channel {
  readonly number: number;
  readonly to: Target;
  private wanted: { readonly sinceMs: number } | null = null;
  /** Its state on the server; null while it is closed there. */
  private onServer: { readonly manner: Manner; readonly atMs: number } | null = null;
  /** Since when it is no longer wanted; null while it is. */
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
    return this.isWanted && this.isOpenOnServer;
  }

  close(): void {
    this.effects.close(this);
  }

  get isWanted(): boolean {
    return this.wanted !== null;
  }

  /** In ms; -Infinity if it is not wanted. */
  get wantedSince(): number {
    return this.wanted?.sinceMs ?? -Infinity;
  }

  /** Whether it is open on the server. */
  get isOpenOnServer(): boolean {
    return this.onServer !== null;
  }

  /** When the server was last told about it, in ms; -Infinity if the server does not know it. */
  get sentAt(): number {
    return this.onServer?.atMs ?? -Infinity;
  }

  /** Whether it is open on the server in another state than the wanted one. */
  get isOutdated(): boolean {
    if (this.onServer === null) return false;
    const { positional, amplitude, priority } = this.onServer.manner;
    return positional !== this.positional || amplitude !== this.amplitude || priority !== this.priority;
  }

  /** Whether it is closed only because the microphone hears no voice. */
  waitsForVoice(speech: Speech): boolean {
    return this.activatedBy === "voice" && !speech.isMuted;
  }

  /** Decides whether the channel is wanted; returns until when: forever, until the last word has been sent, or not now. */
  wantUntil(now: number, speech: Speech): number {
    const until = this.wantedUntil(now, speech);
    if (!speech.isJoined || now >= until) this.wanted = null;
    else this.wanted ??= { sinceMs: now };
    return until;
  }

  /** Returns the message that opens it on the server, and marks it open. */
  openMessage(now: number): FromPage {
    this.onServer = { manner: this.manner, atMs: now };
    return { type: "open", channel: this.number, to: this.to, ...this.manner };
  }

  /** Returns the message that brings the server to the wanted state. */
  changeMessage(now: number): FromPage {
    this.onServer = { manner: this.manner, atMs: now };
    return { type: "change", channel: this.number, ...this.manner };
  }

  closeMessage(): FromPage {
    this.onServer = null;
    return { type: "close", channel: this.number };
  }

  /** The server no longer knows it. */
  forget(): void {
    this.onServer = null;
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
/**
 * The longest delay before the encoder (`PREROLL_MS` of the session), a packet of 20 ms, and a margin. By then the
 * worklet has its pre-roll again, so the next utterance finds an open channel or a whole pre-roll.
 */
const TAIL_MS = 200;
