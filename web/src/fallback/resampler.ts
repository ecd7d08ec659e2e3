// Another rate for a stream of samples: for browsers whose sound does not run at 48 kHz.

/** Samples on each side of a point that make up its value. */
const REACH = 16;
/** Points between two samples at which the kernel is known. */
const PHASES = 256;
/** How much of the band stays: the rest is where the filter falls off. */
const PASSBAND = 0.92;

/** Turns samples of one rate into those of another with a windowed sinc, piece by piece. */
export class Resampler {
  private readonly step: number;
  private readonly kernel: Float32Array;
  /** What was heard last, the newest sample at the end. */
  private readonly history = new Float32Array(2 * REACH);
  /** Where the next sample of the output lies, in samples of the input after the middle of the history. */
  private position = 0;

  /** Both rates in samples per second. */
  constructor(from: number, to: number) {
    this.step = from / to;
    this.kernel = kernel(PASSBAND * Math.min(1, to / from));
  }

  /** Takes in a piece and hands out, sample by sample, what it becomes: `REACH` samples later than it came in. */
  push(input: Float32Array, output: (sample: number) => void): void {
    for (const sample of input) {
      this.history.copyWithin(0, 1);
      this.history[this.history.length - 1] = Number.isFinite(sample) ? sample : 0;
      for (; this.position < 1; this.position += this.step) {
        output(this.at(this.position));
      }
      this.position -= 1;
    }
  }

  private at(position: number): number {
    const row = Math.round(position * PHASES) * 2 * REACH;
    let sum = 0;
    for (let tap = 0; tap < 2 * REACH; tap += 1) {
      sum += (this.history[tap] ?? 0) * (this.kernel[row + tap] ?? 0);
    }
    return sum;
  }
}

/** A row of taps for each phase: a sinc of this cutoff (1 = half the rate) below a Blackman window. */
function kernel(cutoff: number): Float32Array {
  const taps = new Float32Array((PHASES + 1) * 2 * REACH);
  for (let phase = 0; phase <= PHASES; phase += 1) {
    for (let tap = 0; tap < 2 * REACH; tap += 1) {
      const distance = tap - (REACH - 1) - phase / PHASES;
      const angle = Math.PI * cutoff * distance;
      const sinc = angle === 0 ? 1 : Math.sin(angle) / angle;
      const across = (Math.PI * distance) / REACH;
      const window = 0.42 + 0.5 * Math.cos(across) + 0.08 * Math.cos(2 * across);
      taps[phase * 2 * REACH + tap] = Math.abs(distance) >= REACH ? 0 : cutoff * sinc * window;
    }
  }
  return taps;
}
