// Where the periods of a voice are.

import type { SampleRing } from "./sample_ring.ts";

/** The middle of a piece. */
export interface Mark {
  readonly position: number;
  /** The distance to the mark before, at most the longest period, in samples. */
  readonly left: number;
  /** How far the periods of the voice are apart here, in samples. */
  readonly period: number;
  readonly isVoiced: boolean;
}

export class PitchMarks {
  private readonly marks: Mark[];
  private readonly shortest: number;
  private readonly longest: number;
  private readonly unvoiced: number;
  private readonly search: number;

  /** The first mark is at `position`, before which there is no sound. */
  constructor(rate: number, position: number) {
    this.shortest = Math.round(SHORTEST_S * rate);
    this.longest = Math.round(LONGEST_S * rate);
    this.unvoiced = Math.round(UNVOICED_S * rate);
    this.search = Math.round(SEARCH_S * rate);
    this.marks = [this.unvoicedAt(position)];
  }

  /** Adds marks as far as there is a period of sound behind them, one `period` apart if there is a pitch. */
  extend(sound: SampleRing, now: number, period: number | null): void {
    for (;;) {
      const last = this.latest;
      // Not before all of the search has sound around it.
      const step = period === null ? this.unvoiced : Math.round(period);
      if (last.position + 2 * step + 2 * this.search > now) return;
      const mark = this.next(sound, last, period);
      // The beginning of a voice may lie farther away.
      if (mark.position + step + this.search > now) return;
      this.marks.push(mark);
      if (this.marks.length > KEPT) this.marks.shift();
    }
  }

  /** The mark that follows, if it is known. */
  after(mark: Mark): Mark | undefined {
    return this.marks.find((other) => other.position > mark.position);
  }

  nearest(position: number): Mark {
    const distance = (mark: Mark) => Math.abs(mark.position - position);
    return this.marks.reduce((best, mark) => (distance(mark) < distance(best) ? mark : best), this.latest);
  }

  private get latest(): Mark {
    return this.marks[this.marks.length - 1] as Mark;
  }

  private next(sound: SampleRing, last: Mark, period: number | null): Mark {
    if (period === null) return this.unvoicedAt(last.position + this.unvoiced);
    return last.isVoiced ? this.follow(sound, last, period) : this.begin(sound, last, period);
  }

  /** The mark after another one, where the sound is most like that around it. */
  private follow(sound: SampleRing, last: Mark, period: number): Mark {
    const expected = last.position + Math.round(period);
    const half = Math.floor(period / 2);
    let [best, position] = [-Infinity, expected];
    for (let candidate = expected - this.search; candidate <= expected + this.search; candidate++) {
      let [product, power] = [0, 1e-12];
      for (let i = -half; i < half; i += 2) {
        const other = sound.at(candidate + i);
        product += sound.at(last.position + i) * other;
        power += other * other;
      }
      const alike = product / Math.sqrt(power);
      if (alike >= best) [best, position] = [alike, candidate];
    }
    const left = Math.min(this.longest, Math.max(this.shortest, position - last.position));
    return { position, left, period: left, isVoiced: true };
  }

  /** The first mark of a voice: where it is loudest within a period, since that is where the glottis closes. */
  private begin(sound: SampleRing, last: Mark, period: number): Mark {
    let position = last.position + this.shortest;
    for (let other = position + 1; other < last.position + this.shortest + period; other++) {
      if (Math.abs(sound.at(other)) >= Math.abs(sound.at(position))) position = other;
    }
    return { position, left: Math.min(this.longest, position - last.position), period, isVoiced: true };
  }

  private unvoicedAt(position: number): Mark {
    return { position, left: this.unvoiced, period: this.unvoiced, isVoiced: false };
  }
}

/** More marks than lie within the latency and a block. */
const KEPT = 64;

/** Periods of 800 and of 80 Hz. Lower voices are cut at two of theirs, or taken to have no pitch. */
export const SHORTEST_S = 1 / 800;
export const LONGEST_S = 1 / 80;

/** The distance of the marks where there is no pitch. */
const UNVOICED_S = 0.005;

/** How far a mark may be from where the detector's period has it. */
const SEARCH_S = 0.000_25;
