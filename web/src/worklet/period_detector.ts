// Does the voice have a pitch now, and which? The largest normalised cross-correlation of the last 20 ms with what was
// before, at 8 kHz (Talkin, "A robust algorithm for pitch tracking", in "Speech Coding and Synthesis", 1995, of which
// this is the first pass).

import { LONGEST_S, SHORTEST_S } from "./pitch_marks.ts";

export class PeriodDetector {
  /** In samples. */
  readonly longest: number;
  private readonly filters: readonly LowPass[];
  private readonly decimation: number;
  private readonly lags: readonly [number, number];
  private readonly window: number;
  /** Decimated, the oldest first. */
  private readonly history: Float32Array;
  private readonly block: number;
  /** Samples since the last look. */
  private since = 0;
  /** Until the next sample that is kept. */
  private skip = 0;
  private period: number | null = null;

  /** `rate` in Hz. */
  constructor(rate: number) {
    this.longest = Math.round(LONGEST_S * rate);
    this.filters = BUTTERWORTH_4.map((quality) => new LowPass(LOW_PASS_HZ, quality, rate));
    this.decimation = Math.max(1, Math.round(rate / DECIMATED_HZ));
    const decimated = rate / this.decimation;
    this.lags = [Math.floor(SHORTEST_S * decimated), Math.floor(LONGEST_S * decimated)];
    this.window = Math.round(WINDOW_S * decimated);
    this.history = new Float32Array(this.window + this.lags[1] + 1);
    this.block = Math.round(LOOK_EVERY_S * rate);
  }

  /** Takes some sound; the period in samples, null if there is no pitch. */
  hear(sound: Float32Array): number | null {
    for (const sample of sound) {
      const low = this.filters.reduce((value, filter) => filter.pass(value), sample);
      if (this.skip > 0) {
        this.skip -= 1;
        continue;
      }
      this.skip = this.decimation - 1;
      this.history.copyWithin(0, 1);
      this.history[this.history.length - 1] = low;
    }
    this.since += sound.length;
    if (this.since >= this.block) {
      this.since %= this.block;
      this.period = this.detect();
    }
    return this.period;
  }

  private detect(): number | null {
    const { history, window } = this;
    const [shortest, longest] = this.lags;
    const begin = history.length - window;
    const power = this.product(begin, begin);
    if (power < POWER_MIN * window) return null;
    const alike = new Float32Array(longest + 2);
    for (let lag = shortest - 1; lag <= longest + 1; lag++) {
      const before = begin - lag;
      if (before < 0) break;
      alike[lag] = this.product(begin, before) / Math.sqrt(power * this.product(before, before) + Number.MIN_VALUE);
    }
    const at = (lag: number) => alike[lag] ?? 0;
    const peaks = [];
    for (let lag = shortest; lag <= longest; lag++) if (at(lag) >= at(lag - 1) && at(lag) >= at(lag + 1)) peaks.push(lag);
    const best = Math.max(0, ...peaks.map(at));
    if (best < VOICED_MIN) return null;
    const lag = peaks.find((peak) => at(peak) >= SHORTER_SHARE * best);
    if (lag === undefined) return null;
    return Math.min(this.longest, (lag + vertex(at(lag - 1), at(lag), at(lag + 1))) * this.decimation);
  }

  private product(one: number, other: number): number {
    let sum = 0;
    for (let i = 0; i < this.window; i++) sum += (this.history[one + i] ?? 0) * (this.history[other + i] ?? 0);
    return sum;
  }
}

/** Two poles (Bristow-Johnson, "Cookbook formulae for audio EQ biquad filter coefficients"). */
class LowPass {
  private readonly b: number;
  private readonly a1: number;
  private readonly a2: number;
  private state: [number, number] = [0, 0];

  constructor(hz: number, quality: number, rate: number) {
    const angle = (2 * Math.PI * hz) / rate;
    const alpha = Math.sin(angle) / (2 * quality);
    this.b = (1 - Math.cos(angle)) / 2 / (1 + alpha);
    this.a1 = (-2 * Math.cos(angle)) / (1 + alpha);
    this.a2 = (1 - alpha) / (1 + alpha);
  }

  pass(sample: number): number {
    const [first, second] = this.state;
    const out = this.b * sample + first;
    this.state = [2 * this.b * sample - this.a1 * out + second, this.b * sample - this.a2 * out];
    return out;
  }
}

/** Where the parabola through three values has its peak, seen from the middle one. */
function vertex(before: number, peak: number, after: number): number {
  const curvature = before - 2 * peak + after;
  return curvature < 0 ? Math.min(0.5, Math.max(-0.5, (0.5 * (before - after)) / curvature)) : 0;
}

const DECIMATED_HZ = 8_000;
const LOW_PASS_HZ = 1_000;
const BUTTERWORTH_4 = [0.541_196, 1.306_563];
const WINDOW_S = 0.02;
const LOOK_EVERY_S = 0.01;

/** So alike are two periods of a voice at least. */
const VOICED_MIN = 0.6;

/** Twice the period is as alike: a shorter lag wins if it is this much of the best. */
const SHORTER_SHARE = 0.9;

/** What is softer than -70 dB of full scale has no pitch. */
const POWER_MIN = 1e-7;
