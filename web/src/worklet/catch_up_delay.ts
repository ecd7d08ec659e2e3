// The microphone's delay: an utterance begins with the pre-roll, so that its channel is open before the first syllable
// is sent. Then it is caught up: now and then a period of the voice or a piece of a pause is left out (WSOLA: Verhelst
// and Roelands, "An overlap-add technique based on waveform similarity", 1993). After the utterance, silence passes
// until the line holds a pre-roll again.
//
// Measured with the three recordings of `assets/speech` at 48 kHz, in silence and in white noise of -61 and
// -50 dBFS: the delay is below 20 ms within 0.75 s of the gate's opening, and 13 to 15 ms on average over five seconds;
// without catching up it is 120 ms to the end. Above 10 kHz, where the recordings have nothing, the output has nothing
// either: no clicks. A block of 2.7 ms takes 3 µs (Node.js).

import { CutSearch } from "./cut_search.ts";
import { SampleRing } from "./sample_ring.ts";

/** Delays all channels alike; positions are samples since the start. */
export class CatchUpDelay {
  private readonly sounds: readonly SampleRing[];
  private readonly search: CutSearch;
  private readonly rate: number;
  private wanted = 0;
  /** How much came in. */
  private written: number;
  /** What comes out next. */
  private read: number;
  private isOpen = false;
  /** Where the gate opened or closed. */
  private turnedAt: number;
  /** Samples until a cut is looked for. */
  private untilLook = 0;
  /** What came out before a jump or a silence goes on for `fadeOut` samples, from `before` on. */
  private before = 0;
  private fadeOut = 0;
  /** Samples of silence that are left, and of the fade after them. */
  private silence = 0;
  private fadeIn = 0;

  /** `rate` in Hz, for `channels` at most. */
  constructor(rate: number, channels: number) {
    this.rate = rate;
    this.sounds = Array.from({ length: channels }, () => new SampleRing(rate, DELAY_MAX_S + BLOCK_MAX_S));
    this.search = new CutSearch(rate, this.sounds);
    // Positions before the start need not be thought of.
    this.written = this.sounds[0]?.length ?? 0;
    this.read = this.written;
    this.turnedAt = this.written;
  }

  /** By how much the output is later than the input, in samples. */
  get delay(): number {
    return this.written - this.read;
  }

  /** The delay with which an utterance begins, in samples, at most 200 ms. A shorter one is in force at once. */
  set target(samples: number) {
    this.wanted = Math.min(samples, Math.floor(DELAY_MAX_S * this.rate));
  }

  /**
   * Takes a block of each channel, times `gain`, at most 50 ms; a missing one is silence. Fills as many of `output`.
   * `isOpen`: whether this block belongs to an utterance.
   */
  process(input: readonly Float32Array[], output: readonly Float32Array[], gain: number, isOpen: boolean): void {
    const length = output[0]?.length ?? 0;
    if (isOpen !== this.isOpen) {
      this.isOpen = isOpen;
      this.turnedAt = this.written;
    }
    this.write(input, length, gain);
    this.plan(output.length, length);
    for (let i = 0; i < length; i++) this.next(output, i);
  }

  private write(input: readonly Float32Array[], length: number, gain: number): void {
    for (let channel = 0; channel < this.sounds.length; channel++) {
      const samples = input[channel];
      for (let i = 0; i < length; i++) this.sounds[channel]?.set(this.written + i, (samples?.[i] ?? 0) * gain);
    }
    this.written += length;
  }

  /** Decides how the delay changes with the next block of this length. */
  private plan(channels: number, length: number): void {
    const delay = this.delay - length;
    this.untilLook = Math.max(0, this.untilLook - length);
    if (this.isOpen || delay >= this.wanted) this.silence = 0;
    if (this.fadeOut > 0 || this.silence > 0 || this.fadeIn > 0) return;
    if (delay > this.wanted) {
      this.jump(delay - this.wanted);
      return;
    }
    // What came before the gate turned has to leave first. After an opening, the first syllable must not come sooner,
    // since its channel is being opened, and it stays whole; after a closing, no silence belongs into the rest of the
    // utterance.
    if (this.read < this.turnedAt) return;
    if (this.isOpen) {
      if (this.read >= this.turnedAt + FIRST_SYLLABLE_S * this.rate) this.cut(channels, length);
    } else if (delay < this.wanted) this.grow(this.wanted - delay);
  }

  private cut(channels: number, length: number): void {
    if (this.untilLook > 0) return;
    const most = this.delay - Math.max(length, this.search.blend);
    const cut = this.search.best(channels, this.read, most, this.written);
    this.untilLook = Math.round((cut > 0 ? CUT_EVERY_S : LOOK_EVERY_S) * this.rate);
    if (cut > 0) this.jump(cut);
  }

  private jump(samples: number): void {
    this.fade();
    this.read += samples;
  }

  /** Lets so many samples of silence pass. */
  private grow(samples: number): void {
    this.fade();
    this.silence = samples;
  }

  private fade(): void {
    this.before = this.read;
    this.fadeOut = this.search.blend;
    this.fadeIn = this.search.blend;
  }

  private next(output: readonly Float32Array[], index: number): void {
    const { blend } = this.search;
    const before = Math.max(0, this.fadeOut - 0.5) / blend;
    const after = this.silence > 0 ? 0 : 1 - Math.max(0, this.fadeIn - 0.5) / blend;
    for (let channel = 0; channel < output.length; channel++) {
      const sound = this.sounds[channel];
      const samples = output[channel];
      if (sound === undefined || samples === undefined) continue;
      let sample = after > 0 ? after * sound.at(this.read) : 0;
      if (before > 0) sample += before * sound.at(this.before);
      samples[index] = sample;
    }
    this.advance();
  }

  private advance(): void {
    if (this.fadeOut > 0) {
      this.fadeOut -= 1;
      this.before += 1;
    }
    if (this.silence > 0) {
      this.silence -= 1;
      return;
    }
    if (this.fadeIn > 0) this.fadeIn -= 1;
    this.read += 1;
  }
}

const DELAY_MAX_S = 0.2;
const BLOCK_MAX_S = 0.05;

/** By then it is over, and the listener's jitter buffer has found its delay. */
const FIRST_SYLLABLE_S = 0.15;
/** With this, speech gets up to a half faster. */
const CUT_EVERY_S = 0.03;
/** After a look that found nothing. */
const LOOK_EVERY_S = 0.01;
