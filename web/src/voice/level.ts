// One scale for all levels: 0 is -60 dBFS or less, 1 is 0 dBFS, linear in decibels.

/** `decibels` relative to full scale; -Infinity for silence. */
export function levelOfDecibels(decibels: number): number {
  return Math.min(1, Math.max(0, 1 + decibels / RANGE_DB));
}

export function decibelsOfLevel(level: number): number {
  return (level - 1) * RANGE_DB;
}

/** The root mean square of `samples` in dBFS. */
export function decibelsOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return 10 * Math.log10(sum / Math.max(1, samples.length));
}

const RANGE_DB = 60;
