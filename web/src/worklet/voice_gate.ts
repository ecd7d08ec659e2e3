// Voice activity: above a threshold, or within the hold time.

/** Counts samples; uses no clock. */
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

  /** Processes a block of so many samples with this level. */
  take(samples: number, decibels: number): void {
    this.quietFor = decibels >= this.thresholdDb ? 0 : this.quietFor + samples;
  }

  get isOpen(): boolean {
    return this.quietFor <= this.hold;
  }
}

/** Ordinary speech at a headset is at -30 … -15 dBFS, and a quiet room at -60. */
const DEFAULT_THRESHOLD_DB = -45;
