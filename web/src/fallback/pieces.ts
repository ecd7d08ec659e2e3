// Samples that come in pieces of one length and are wanted in pieces of another.

/** A ring of samples with room for so many; the oldest go first where it is full. */
export class SampleQueue {
  private readonly ring: Float32Array;
  private first = 0;
  private count = 0;

  constructor(room: number) {
    this.ring = new Float32Array(room);
  }

  /** How many wait. */
  get length(): number {
    return this.count;
  }

  push(sample: number): void {
    const room = this.ring.length;
    if (this.count === room) {
      this.first = (this.first + 1) % room;
      this.count -= 1;
    }
    this.ring[(this.first + this.count) % room] = sample;
    this.count += 1;
  }

  /** Fills the piece with the oldest; what is missing is silence. */
  take(piece: Float32Array): void {
    const taken = Math.min(piece.length, this.count);
    for (let i = 0; i < taken; i += 1) {
      piece[i] = this.ring[(this.first + i) % this.ring.length] ?? 0;
    }
    piece.fill(0, taken);
    this.first = (this.first + taken) % this.ring.length;
    this.count -= taken;
  }
}
