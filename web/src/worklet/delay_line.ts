// A delay in samples.

/** A ring of samples; changing its length causes a small discontinuity. */
export class DelayLine {
  private ring: Float32Array;
  private at = 0;

  /** In samples. */
  constructor(length: number) {
    this.ring = new Float32Array(length);
  }

  get length(): number {
    return this.ring.length;
  }

  resize(length: number): void {
    if (length === this.ring.length) return;
    this.ring = new Float32Array(length);
    this.at = 0;
  }

  /** Writes to `output` the `input` of `length` samples ago; both have the same length. */
  process(input: Float32Array, output: Float32Array, gain: number): void {
    const { ring } = this;
    for (let index = 0; index < input.length; index += 1) {
      const sample = (input[index] ?? 0) * gain;
      if (ring.length === 0) {
        output[index] = sample;
        continue;
      }
      output[index] = ring[this.at] ?? 0;
      ring[this.at] = sample;
      this.at = (this.at + 1) % ring.length;
    }
  }
}
