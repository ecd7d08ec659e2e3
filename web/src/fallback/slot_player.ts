// Playback of the slots on the audio thread: converts 10 ms blocks of the WebAssembly to the browser's render quanta.

import { Resampler } from "./resampler.ts";
import { BLOCK_SAMPLES, SAMPLE_RATE_HZ, type Wasm } from "./wasm.ts";

export class SlotPlayer {
  private readonly wasm: Wasm;
  private readonly pieces: readonly Float32Array[];
  /** One per slot, all in step; none at 48 kHz. */
  private readonly resamplers: readonly Resampler[];
  /** A bit for each slot whose block is not silent. */
  private sounding = 0;
  /** A bit for each slot that was not silent in the previous block. */
  private wasSounding = 0;
  private length = 0;
  private played = 0;

  /** `rate` is the browser's, in samples per second. */
  constructor(wasm: Wasm, slots: number, rate: number) {
    this.wasm = wasm;
    wasm.exports.playback_start(slots);
    const each = Array.from({ length: slots });
    this.resamplers = rate === SAMPLE_RATE_HZ ? [] : each.map(() => new Resampler(SAMPLE_RATE_HZ, rate));
    const pieceMax = this.resamplers[0]?.outputMax(BLOCK_SAMPLES) ?? BLOCK_SAMPLES;
    this.pieces = each.map(() => new Float32Array(pieceMax));
  }

  /** A frame for a slot, from `player_poll_voice`. */
  push(frame: Uint8Array): void {
    const length = this.wasm.write(frame);
    if (length >= 0) this.wasm.exports.playback_voice(length);
  }

  /** The speaker in the slot has stopped. */
  end(slot: number): void {
    this.wasm.exports.playback_end(slot);
  }

  /** Fills the first channel of each output; all have the same length and are zeroed. */
  render(outputs: readonly (readonly Float32Array[])[]): void {
    const wanted = outputs[0]?.[0]?.length ?? 0;
    for (let filled = 0; filled < wanted; ) {
      if (this.played >= this.length) this.nextPieces();
      const taken = Math.min(wanted - filled, this.length - this.played);
      this.copy(outputs, filled, taken);
      filled += taken;
      this.played += taken;
    }
  }

  private copy(outputs: readonly (readonly Float32Array[])[], to: number, count: number): void {
    for (let slot = 0; slot < outputs.length; slot += 1) {
      const [output, piece] = [outputs[slot]?.[0], this.pieces[slot]];
      if ((this.sounding & (1 << slot)) === 0 || output === undefined || piece === undefined) continue;
      for (let i = 0; i < count; i += 1) output[to + i] = piece[this.played + i] ?? 0;
    }
  }

  private nextPieces(): void {
    const blocksSounding = this.wasm.exports.playback_render();
    const samples = this.wasm.samples();
    // A resampler outputs the end of its input in the following block.
    const sounding = this.resamplers.length === 0 ? blocksSounding : blocksSounding | this.wasSounding;
    this.played = 0;
    this.length = BLOCK_SAMPLES;
    for (const [slot, piece] of this.pieces.entries()) {
      const resampler = this.resamplers[slot];
      const isSounding = (sounding & (1 << slot)) !== 0;
      if (!isSounding && resampler === undefined) continue;
      const block = samples.subarray(slot * BLOCK_SAMPLES, (slot + 1) * BLOCK_SAMPLES);
      if (resampler === undefined) piece.set(block);
      else this.length = isSounding ? resampler.push(block, piece) : resampler.skip(BLOCK_SAMPLES);
    }
    this.sounding = sounding;
    this.wasSounding = blocksSounding;
  }
}
