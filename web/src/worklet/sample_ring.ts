// The last samples, by their position since the start.

export class SampleRing {
  private readonly samples: Float32Array;

  /** Keeps `seconds` of sound; `rate` in Hz. */
  constructor(rate: number, seconds: number) {
    this.samples = new Float32Array(Math.ceil(seconds * rate));
  }

  get length(): number {
    return this.samples.length;
  }

  at(position: number): number {
    return this.samples[position % this.length] ?? 0;
  }

  set(position: number, sample: number): void {
    this.samples[position % this.length] = sample;
  }

  add(position: number, sample: number): void {
    this.samples[position % this.length] = this.at(position) + sample;
  }

  write(position: number, block: Float32Array): void {
    for (const [i, sample] of block.entries()) this.samples[(position + i) % this.length] = sample;
  }

  /** Moves a block out, and leaves silence. */
  take(position: number, block: Float32Array): void {
    for (let i = 0; i < block.length; i++) {
      block[i] = this.at(position + i);
      this.samples[(position + i) % this.length] = 0;
    }
  }
}
