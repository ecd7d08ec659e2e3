// The frames of WebRTC on their way through the cipher.

import type { Wasm } from "./wasm.ts";

/** An encoded frame of WebRTC. */
export interface EncodedFrame {
  data: ArrayBuffer;
}

/** Where a frame goes on. */
export type Sink = (frame: EncodedFrame) => void;

interface WaitingFrame {
  readonly frame: EncodedFrame;
  readonly sink: Sink;
  readonly at: number;
}

export class FrameCipher {
  /** Frames of a slot that came before the message that says which player it plays, which travels by another way. */
  private readonly waiting = new Map<number, WaitingFrame[]>();
  private readonly wasm: Wasm;
  private readonly now: () => number;

  /** `now` is in ms. */
  constructor(wasm: Wasm, now: () => number) {
    this.wasm = wasm;
    this.now = now;
  }

  /** A frame of the page's microphone: one that cannot be sealed goes nowhere. */
  seal(frame: EncodedFrame, sink: Sink): void {
    const length = this.wasm.write(new Uint8Array(frame.data));
    const sealed = length < 0 ? null : this.wasm.read(this.wasm.exports.frame_seal(length));
    if (sealed === null) return;
    frame.data = sealed.buffer;
    sink(frame);
  }

  /** A frame for a slot: one that cannot be opened is not played. */
  open(slot: number, frame: EncodedFrame, sink: Sink): void {
    if (this.tryOpen(slot, frame, sink)) return;
    const waiting = this.waiting.get(slot) ?? [];
    waiting.push({ frame, sink, at: this.now() });
    if (waiting.length > WAITING_MAX) waiting.shift();
    this.waiting.set(slot, waiting);
  }

  /** The slot plays another player. */
  retry(slot: number): void {
    const waiting = this.waiting.get(slot);
    if (waiting === undefined) return;
    this.waiting.delete(slot);
    for (const { frame, sink, at } of waiting) {
      if (this.now() - at <= WAITING_MS_MAX) this.open(slot, frame, sink);
    }
  }

  /** False if it may succeed later. */
  private tryOpen(slot: number, frame: EncodedFrame, sink: Sink): boolean {
    const length = this.wasm.write(new Uint8Array(frame.data));
    if (length < 0) return true;
    const result = this.wasm.exports.frame_open(1_000 * this.now(), slot, length);
    if (result === EARLY) return false;
    const opened = this.wasm.read(result);
    if (opened !== null) {
      frame.data = opened.buffer;
      sink(frame);
    }
    return true;
  }
}

/** A result of `frame_open`. */
const EARLY = -2;
/** A fifth of a second of a slot's frames. */
const WAITING_MAX = 10;
const WAITING_MS_MAX = 500;
