// What a microphone hears, until there is enough of it.

export class Recording {
  /** All of it; rejects with the reason that it was ended for. */
  readonly whole: Promise<Float32Array<ArrayBuffer>>;
  private readonly samples: Float32Array<ArrayBuffer>;
  private filled = 0;
  private settle!: { resolve(samples: Float32Array<ArrayBuffer>): void; reject(reason: unknown): void };

  /** `length` in samples; at least one. */
  constructor(length: number) {
    this.samples = new Float32Array(Math.max(1, length));
    this.whole = new Promise((resolve, reject) => (this.settle = { resolve, reject }));
  }

  take(samples: Float32Array): void {
    const taken = samples.subarray(0, this.samples.length - this.filled);
    this.samples.set(taken, this.filled);
    this.filled += taken.length;
    if (this.filled === this.samples.length) this.settle.resolve(this.samples);
  }

  /** Before it is whole; after that it changes nothing. */
  end(reason: unknown): void {
    this.settle.reject(reason);
  }
}
