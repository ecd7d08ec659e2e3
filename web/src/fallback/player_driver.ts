// Drives the client engine in WebAssembly, and executes its commands after each input.

import type { ToPage } from "../voice/control.ts";
import type { PlayerSettings } from "./messages.ts";
import type { MicrophoneFrame } from "./microphone_frames.ts";
import { SlotSpeakers } from "./slot_speakers.ts";
import type { Wasm } from "./wasm.ts";

/** Executes the engine's commands, all of them asynchronously. */
export interface Outside {
  /** Open a WebSocket. */
  openLink(): void;
  /** Close it after the queued messages. */
  closeLink(): void;
  /** Send a message over it. */
  transmit(message: Uint8Array<ArrayBuffer>): void;
  /** Send a control message to the page. */
  message(text: string): void;
  /** Play a frame. */
  voice(frame: Uint8Array<ArrayBuffer>): void;
  /** The speaker in the slot has stopped. */
  end(slot: number): void;
  /** Call `timeout` in so many ms. */
  wakeIn(ms: number): void;
  /** The player has left. */
  over(): void;
}

export class PlayerDriver {
  private readonly wasm: Wasm;
  private readonly outside: Outside;
  private readonly speakers = new SlotSpeakers();
  /** Slots whose speakers have stopped, until their last frames are delivered. */
  private readonly silenced = new Set<number>();
  private readonly utf8 = new TextEncoder();
  private readonly text = new TextDecoder();
  private sequence = 0;
  private isOver = false;

  constructor(wasm: Wasm, outside: Outside) {
    this.wasm = wasm;
    this.outside = outside;
  }

  /** False if the settings are invalid or too long. */
  start({ constantRate = false, ...settings }: PlayerSettings): boolean {
    const length = this.writeText(JSON.stringify(settings));
    if (length < 0 || this.wasm.exports.player_start(length) === 0) return false;
    this.wasm.exports.encoder_start(Number(constantRate));
    this.timeout();
    return true;
  }

  linkUp(): void {
    this.wasm.exports.player_link_up(now());
    this.drain();
  }

  linkDown(wasUp: boolean, reason: string): void {
    const length = Math.max(0, this.writeText(reason));
    this.wasm.exports.player_link_down(now(), Number(wasUp), length);
    this.drain();
  }

  /** A message from the WebSocket. */
  packet(message: Uint8Array): void {
    const length = this.wasm.write(message);
    if (length < 0) return;
    this.wasm.exports.player_packet(now(), length);
    this.drain();
  }

  /** A control message from the page. */
  message(text: string): void {
    const length = this.writeText(text);
    if (length < 0) return;
    this.wasm.exports.player_message(now(), length);
    this.drain();
  }

  microphone({ samples, time }: MicrophoneFrame): void {
    this.wasm.samples().set(samples);
    const length = this.wasm.exports.encoder_encode();
    if (length < 0) return;
    this.sequence += 1;
    // The packet is in the exchange, where the engine reads it.
    this.wasm.exports.player_voice(now(), this.sequence, time, length);
    this.drain();
  }

  roundTrip(ms: number): void {
    this.wasm.exports.player_round_trip(now(), 1_000 * ms);
  }

  timeout(): void {
    this.wasm.exports.player_timeout(now());
    this.drain();
  }

  private drain(): void {
    const { exports } = this.wasm;
    for (let command = exports.player_poll_command(); command !== 0; command = exports.player_poll_command()) {
      if (command === OPEN) this.outside.openLink();
      else this.outside.closeLink();
    }
    this.each(exports.player_poll_transmit, (message) => this.outside.transmit(message));
    this.each(exports.player_poll_message, (message) => this.onMessage(this.text.decode(message)));
    this.each(exports.player_poll_voice, (frame) => this.outside.voice(frame));
    for (const slot of this.silenced) this.outside.end(slot);
    this.silenced.clear();
    if (exports.player_is_over() === 0) {
      this.outside.wakeIn(Math.max(0, (exports.player_poll_timeout() - now()) / 1_000));
    } else if (!this.isOver) {
      this.isOver = true;
      this.outside.over();
    }
  }

  private each(poll: () => number, use: (bytes: Uint8Array<ArrayBuffer>) => void): void {
    for (let result = this.wasm.read(poll()); result !== null; result = this.wasm.read(poll())) use(result);
  }

  private onMessage(text: string): void {
    const message = JSON.parse(text) as ToPage;
    if (message.type === "listeners") this.wasm.exports.encoder_set_expected_loss(Math.max(0, message.lostPercent));
    this.outside.message(text);
    for (const slot of this.speakers.silencedBy(message)) this.silenced.add(slot);
    for (const slot of this.speakers.takenAwayBy(message)) {
      this.silenced.delete(slot);
      this.outside.end(slot);
    }
  }

  private writeText(text: string): number {
    return this.wasm.write(this.utf8.encode(text));
  }
}

/** In microseconds. */
function now(): number {
  return 1_000 * performance.now();
}

/** Results of `player_poll_command`; 2 is close. */
const OPEN = 1;
