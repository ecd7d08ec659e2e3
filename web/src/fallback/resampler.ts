// A streaming resampler for browsers whose audio does not run at 48 kHz: a windowed sinc, block by block.

export class Resampler {
  private readonly step: number;
  private readonly taps: Float32Array;
  /** The last input samples, followed by the present block. */
  private heard = new Float32Array(2 * REACH);
  /** Position of the next output sample, in samples of the next block. */
  private position = 0;

  /** Both rates in samples per second. */
  constructor(from: number, to: number) {
    this.step = from / to;
    this.taps = taps(PASSBAND * Math.min(1, to / from));
  }

  /** The maximum number of output samples for a block of this length. */
  outputMax(length: number): number {
    return Math.ceil(length / this.step) + 1;
  }

  /** Resamples a block with a delay of 16 samples, and returns the number of output samples. */
  push(piece: Float32Array, output: Float32Array): number {
    this.hear(piece);
    let written = 0;
    for (; this.position < piece.length; this.position += this.step) {
      output[written] = this.at(this.position);
      written += 1;
    }
    this.forget(piece.length);
    return written;
  }

  /** As `push` with a block of silence whose output is discarded: returns the number of output samples. */
  skip(length: number): number {
    let skipped = 0;
    for (; this.position < length; this.position += this.step) skipped += 1;
    this.position -= length;
    this.heard.fill(0);
    return skipped;
  }

  private hear(piece: Float32Array): void {
    const length = 2 * REACH + piece.length;
    if (this.heard.length < length) {
      const before = this.heard;
      this.heard = new Float32Array(length);
      this.heard.set(before.subarray(0, 2 * REACH));
    }
    for (let i = 0; i < piece.length; i += 1) {
      const sample = piece[i] ?? 0;
      this.heard[2 * REACH + i] = Number.isFinite(sample) ? sample : 0;
    }
  }

  private forget(length: number): void {
    this.heard.copyWithin(0, length, length + 2 * REACH);
    this.position -= length;
  }

  private at(position: number): number {
    const whole = Math.floor(position);
    const row = Math.round((position - whole) * PHASES) * 2 * REACH;
    let sum = 0;
    for (let tap = 0; tap < 2 * REACH; tap += 1) {
      sum += (this.heard[whole + 1 + tap] ?? 0) * (this.taps[row + tap] ?? 0);
    }
    return sum;
  }
}

/** A row for each phase: a sinc with this cutoff (1 is half the rate) and a Blackman window. */
function taps(cutoff: number): Float32Array {
  const rows = new Float32Array((PHASES + 1) * 2 * REACH);
  for (let phase = 0; phase <= PHASES; phase += 1) {
    for (let tap = 0; tap < 2 * REACH; tap += 1) {
      const distance = tap - (REACH - 1) - phase / PHASES;
      const angle = Math.PI * cutoff * distance;
      const sinc = angle === 0 ? 1 : Math.sin(angle) / angle;
      const across = (Math.PI * distance) / REACH;
      const window = 0.42 + 0.5 * Math.cos(across) + 0.08 * Math.cos(2 * across);
      rows[phase * 2 * REACH + tap] = Math.abs(distance) >= REACH ? 0 : cutoff * sinc * window;
    }
  }
  return rows;
}

/** Samples on each side of a point that contribute to its value. */
const REACH = 16;
/** Positions between two samples for which there are filter taps. */
const PHASES = 256;
/** The passband's share of the band; above it the filter falls off. */
const PASSBAND = 0.92;
