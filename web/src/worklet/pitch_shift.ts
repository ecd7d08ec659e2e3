// A voice higher or lower, with the mouth that it had: pitch-synchronous overlap and add (Moulines and Charpentier,
// Speech Communication 9, 1990), as `crates/audio/src/effects/pitch_shift.rs` does it. Positions are samples since the
// start.

import { PeriodDetector } from "./period_detector.ts";
import { type Mark, PitchMarks } from "./pitch_marks.ts";
import { SampleRing } from "./sample_ring.ts";

/** Changes the pitch of one voice; delays it by 30 ms. */
export class PitchShift {
  /** -12 … 12. */
  semitones = 0;
  private readonly input: SampleRing;
  private readonly output: SampleRing;
  private readonly period: PeriodDetector;
  private readonly marks: PitchMarks;
  private readonly latency: number;
  /** How much came in. */
  private now: number;
  /** Where the next piece goes, which need not be on a sample. */
  private next: number;

  /** `rate` in Hz. */
  constructor(rate: number) {
    this.input = new SampleRing(rate, KEPT_S);
    this.output = new SampleRing(rate, KEPT_S);
    this.period = new PeriodDetector(rate);
    this.latency = Math.round(LATENCY_S * rate);
    // Positions before the start need not be thought of.
    this.now = this.input.length;
    this.marks = new PitchMarks(rate, this.now - 2 * this.period.longest);
    this.next = this.now - this.latency;
  }

  /** Writes what `input` sounds like, later by the latency; both have the same length, at most 10 ms. */
  process(input: Float32Array, output: Float32Array): void {
    if (!input.every(Number.isFinite)) input = input.map((sample) => (Number.isFinite(sample) ? sample : 0));
    this.input.write(this.now, input);
    this.now += input.length;
    this.marks.extend(this.input, this.now, this.period.hear(input));
    const ready = this.now - this.latency;
    const out = ready - input.length;
    for (;;) {
      const mark = this.marks.nearest(this.next);
      // A piece reaches a period back.
      if (this.next - mark.left >= ready) break;
      this.put(mark, out);
      this.next = this.after(mark);
    }
    this.output.take(out, output);
  }

  /** Where the piece after this one goes: what keeps its pitch goes back to where it was in time. */
  private after(mark: Mark): number {
    const ratio = this.ratio(mark);
    const next = this.next + mark.period / ratio;
    const there = this.marks.after(mark)?.position;
    const isThere = there !== undefined && ratio === 1 && Math.abs(there - next) < mark.period / 2;
    return isThere ? there : next;
  }

  private ratio(mark: Mark): number {
    return mark.isVoiced ? 2 ** (this.semitones / 12) : 1;
  }

  /**
   * Adds the piece around a mark where the next one goes, as far as that is not `out` already. It reaches from the mark
   * before to the mark after, so that pieces that stay where they were add up to what they were cut from.
   */
  private put(mark: Mark, out: number): void {
    // More pieces in the same time are as loud together as before.
    const gain = this.ratio(mark) ** -0.5;
    const right = this.marks.after(mark)?.left ?? mark.left;
    const whole = Math.floor(this.next);
    const fraction = this.next - whole;
    const [to, from] = [whole - mark.left, mark.position - mark.left];
    let before = this.input.at(from - 1);
    for (let i = 0; i < mark.left + right; i++) {
      const sample = this.input.at(from + i);
      const between = sample + (before - sample) * fraction;
      before = sample;
      const share = i < mark.left ? i / mark.left : (mark.left + right - i) / right;
      if (to + i >= out) this.output.add(to + i, gain * share * share * (3 - 2 * share) * between);
    }
  }
}

/** Three periods of most voices and two of the lowest, around which it has to know what comes. */
const LATENCY_S = 0.03;

/** More than the latency and the pieces around it reach. */
const KEPT_S = 0.085;
