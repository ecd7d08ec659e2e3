// Cuts the microphone's samples into frames of 20 ms at 48 kHz, each with its start time.

import { Resampler } from "./resampler.ts";
import { FRAME_SAMPLES, SAMPLE_RATE_HZ } from "./wasm.ts";

export interface MicrophoneFrame {
  /** In samples at 48 kHz since the start. */
  readonly time: number;
  /** 960 samples. */
  readonly samples: Float32Array<ArrayBuffer>;
}

export class MicrophoneFrames {
  private readonly resampler: Resampler | null;
  private piece: Float32Array = new Float32Array(0);
  private frame = new Float32Array(FRAME_SAMPLES);
  private filled = 0;
  private time = 0;
  private sending = false;

  /** `rate` is the browser's, in samples per second. */
  constructor(rate: number) {
    this.resampler = rate === SAMPLE_RATE_HZ ? null : new Resampler(rate, SAMPLE_RATE_HZ);
  }

  /** While false, no frames come out, but time advances. */
  set isSending(sending: boolean) {
    this.time += this.filled;
    this.filled = 0;
    this.sending = sending;
  }

  /** Takes a render quantum; calls back with each complete frame. */
  push(input: Float32Array, onFrame: (frame: MicrophoneFrame) => void): void {
    const piece = this.resample(input);
    if (!this.sending) {
      this.time += piece.length;
      return;
    }
    for (const sample of piece) {
      this.frame[this.filled] = sample;
      this.filled += 1;
      if (this.filled === FRAME_SAMPLES) {
        onFrame({ time: this.time, samples: this.frame });
        this.frame = new Float32Array(FRAME_SAMPLES);
        this.time += FRAME_SAMPLES;
        this.filled = 0;
      }
    }
  }

  private resample(input: Float32Array): Float32Array {
    if (this.resampler === null) return input;
    const most = this.resampler.outputMax(input.length);
    if (this.piece.length < most) this.piece = new Float32Array(most);
    return this.piece.subarray(0, this.resampler.push(input, this.piece));
  }
}
