// Whether there is a voice: louder than a threshold, or it was a moment ago.

/** Counts samples; knows no clock. */
export class VoiceGate {
  /** In dBFS. */
  thresholdDb = DEFAULT_THRESHOLD_DB;
  /** In samples. */
  hold: number;
  private quietFor = Infinity;

  /** `hold` in samples. */
  constructor(hold: number) {
    this.hold = hold;
  }

  /** A block of so many samples was this loud. */
  take(samples: number, decibels: number): void {
    this.quietFor = decibels >= this.thresholdDb ? 0 : this.quietFor + samples;
  }

  get isOpen(): boolean {
    return this.quietFor <= this.hold;
  }
}

/** Ordinary speech at a headset is at -30 … -15 dBFS, and a quiet room at -60. */
const DEFAULT_THRESHOLD_DB = -45;
