// Records a microphone up to a given length.

export class Recording {
  /** The whole recording; rejects with the reason for which it was cancelled. */
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

  /** Cancels it; has no effect on a complete recording. */
  end(reason: unknown): void {
    this.settle.reject(reason);
  }
}
