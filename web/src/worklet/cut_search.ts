// Which piece of a sound can be left out without being noticed? A piece of a pause, or one whose beginning is like what
// follows it: a period of the voice. The parameters are those of `crates/audio/src/capture/catch_up.rs`.

import type { SampleRing } from "./sample_ring.ts";

export class CutSearch {
  /** The shortest and the longest cut, and over how much both sides are blended, in samples. */
  readonly shortest: number;
  readonly longest: number;
  readonly blend: number;
  private readonly context: number;
  /** Every so many samples are looked at, and every so many lengths. */
  private readonly stride: number;
  private readonly window: number;
  /** One for each channel. */
  private readonly sounds: readonly SampleRing[];
  /** Every `stride`th sample of each. */
  private readonly thinned: readonly Float32Array[];

  /** `rate` in Hz. */
  constructor(rate: number, sounds: readonly SampleRing[]) {
    this.sounds = sounds;
    this.shortest = Math.round(SHORTEST_S * rate);
    this.longest = Math.round(LONGEST_S * rate);
    this.blend = Math.round(BLEND_S * rate);
    this.context = Math.round(CONTEXT_S * rate);
    this.stride = Math.max(1, Math.round(rate / THINNED_HZ));
    this.window = Math.floor(this.blend / this.stride);
    const kept = Math.floor(this.longest / this.stride) + this.window;
    this.thinned = sounds.map(() => new Float32Array(kept));
  }

  /**
   * How many samples, at most `most`, can best be left out at `position` of the first `channels` sounds; 0 if that would
   * be noticed. The sounds have to reach to `end`, which is `most` and the blend after `position`, or later.
   */
  best(channels: number, position: number, most: number, end: number): number {
    if (most < this.shortest) return 0;
    const longest = Math.min(most, this.longest);
    const loudness = this.power(channels, position, position + longest + this.blend);
    if (loudness <= PAUSE_SHARE * this.power(channels, end - this.context, end)) return longest;
    const lags = Math.floor(longest / this.stride);
    this.thin(channels, position, lags + this.window);
    const power = this.product(channels, 0, 0);
    let alike = ALIKE_MIN;
    let cut = 0;
    for (let lag = Math.ceil(this.shortest / this.stride); lag <= lags; lag++) {
      const powers = power * this.product(channels, lag, lag);
      const correlation = this.product(channels, 0, lag) / Math.sqrt(powers + Number.MIN_VALUE);
      if (correlation >= alike) {
        alike = correlation;
        cut = lag;
      }
    }
    return cut * this.stride;
  }

  /** The mean power of the channels together. */
  private power(channels: number, from: number, until: number): number {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) {
      for (let at = from; at < until; at += this.stride) sum += (this.sounds[channel]?.at(at) ?? 0) ** 2;
    }
    return sum / (until - from);
  }

  private thin(channels: number, position: number, count: number): void {
    for (let channel = 0; channel < channels; channel++) {
      const sound = this.sounds[channel];
      const thinned = this.thinned[channel];
      if (sound === undefined || thinned === undefined) continue;
      for (let i = 0; i < count; i++) thinned[i] = sound.at(position + i * this.stride);
    }
  }

  /** The sum of products of two windows, over the channels together, so that the louder one counts more. */
  private product(channels: number, one: number, other: number): number {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) {
      const thinned = this.thinned[channel];
      if (thinned === undefined) continue;
      for (let i = 0; i < this.window; i++) sum += (thinned[one + i] ?? 0) * (thinned[other + i] ?? 0);
    }
    return sum;
  }
}

/** One period of the deepest voices, several of the highest. */
const SHORTEST_S = 0.0025;
const LONGEST_S = 0.015;
const BLEND_S = 0.005;
const THINNED_HZ = 12_000;

/** How alike both sides of a cut have to be, as a normalised cross-correlation. */
const ALIKE_MIN = 0.7;

/** What has less than this share of the mean power of the last 200 ms is a pause: nothing needs to be alike in it. */
const PAUSE_SHARE = 0.02;
const CONTEXT_S = 0.2;
