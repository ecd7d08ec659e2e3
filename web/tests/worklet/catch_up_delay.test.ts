import assert from "node:assert/strict";
import { test } from "node:test";

import { decibelsOf } from "../../src/voice/level.ts";
import { CatchUpDelay } from "../../src/worklet/catch_up_delay.ts";
import { VoiceGate } from "../../src/worklet/voice_gate.ts";
import { speech } from "../fallback/sound.ts";

const RATES = [16_000, 44_100, 48_000];
const BLOCK = 128;
const PREROLL_S = 0.12;
const HOLD_S = 0.4;
/** Samples at 48 kHz. */
const PREROLL = 5_760;
const BLEND = 240;

test("without voice activation nothing is delayed", () => {
  const sound = joined(noise(4_800, 0.001), voice(150, 48_000, 1), noise(48_000, 0.001));
  const { out, delays } = run(sound, { preroll: 0, gain: 2 });
  assert.deepEqual(out, sound.map((sample) => 2 * sample));
  assert.deepEqual(new Set(delays), new Set([0]));
});

test("the pre-roll is there in a moment, and sample by sample", () => {
  for (const preroll of [1, 100, BLEND, 1_000, PREROLL]) {
    const sound = noise(24_000, 0.001);
    const { out } = run(sound, { preroll });
    const from = preroll + 2 * BLEND;
    assert.deepEqual(out.subarray(from), sound.subarray(from - preroll, sound.length - preroll), `${preroll}`);
  }
});

test("an utterance begins with the pre-roll, and is not hurried before its first syllable is sent", () => {
  for (const rate of RATES) {
    const sound = joined(noise(rate, 0.001), voice(150, rate, 1));
    const { out, opened } = run(sound, { rate });
    const preroll = Math.round(PREROLL_S * rate);
    const begun = out.subarray(opened - preroll, opened + preroll);
    assert.deepEqual(begun, sound.subarray(opened - 2 * preroll, opened), `${rate} Hz`);
  }
});

test("the first syllable stays whole", () => {
  for (const rate of RATES) {
    const { delays, opened } = run(joined(noise(rate, 0.001), voice(150, rate, 1)), { rate });
    const preroll = Math.round(PREROLL_S * rate);
    const first = delays.findIndex((delay, block) => block * BLOCK > opened && delay < preroll);
    assert.ok(first * BLOCK - opened >= preroll + 0.15 * rate, `${rate} Hz: cut after ${first * BLOCK - opened}`);
  }
});

test("the delay is caught up within 1.5 s of speech", () => {
  for (const rate of RATES) {
    for (const hz of [90, 150, 260]) {
      const { delays, opened } = run(joined(noise(rate, 0.001), voice(hz, rate, 1.6)), { rate });
      const left = (delays[blockAt(opened + 1.5 * rate) - 1] ?? Infinity) / rate;
      assert.ok(left < 0.016, `${rate} Hz, ${hz} Hz: ${left} s`);
      assert.ok(delays.every((delay) => delay >= 0), `${rate} Hz, ${hz} Hz`);
    }
  }
});

test("a recorded utterance of 5 s is late by 15 ms on average", () => {
  const { delays, opened } = run(joined(noise(24_000, 0.001), speech(6)));
  const heard = delays.slice(blockAt(opened), blockAt(opened + 5 * 48_000));
  const mean = heard.reduce((sum, delay) => sum + delay, 0) / heard.length;
  assert.ok(mean < 0.015 * 48_000, `${mean} samples`);
  const late = heard.findIndex((delay) => delay < 0.02 * 48_000) * BLOCK;
  assert.ok(late < 0.6 * 48_000, `${late} samples until it is late by 20 ms`);
});

test("a cut leaves out 2.5 to 15 ms, and the next is 30 ms later or more", () => {
  for (const rate of RATES) {
    const { delays } = run(joined(noise(rate, 0.001), voice(200, rate, 1), noise(rate / 4, 0.001)), { rate });
    const cuts = cutsOf(delays);
    assert.ok(cuts.length > 6, `${rate} Hz: ${cuts.length}`);
    for (const [i, { block, samples }] of cuts.entries()) {
      assert.ok(samples >= 0.002_45 * rate && samples <= 0.015 * rate, `${rate} Hz: ${samples} samples`);
      const since = (block - (cuts[i - 1]?.block ?? -Infinity)) * BLOCK;
      assert.ok(since >= 0.03 * rate, `${rate} Hz: ${since} samples after the one before`);
    }
  }
});

test("cuts make no clicks", () => {
  for (const hz of [90, 150, 260]) {
    const sound = joined(noise(24_000, 0.000_1), voice(hz, 48_000, 2));
    const { out, delays } = run(sound);
    assert.ok(cutsOf(delays).length > 6);
    // A click is what no voice is: a bend that is sharper than all of the voice's own.
    assert.ok(sharpest(out) < 1.05 * sharpest(sound), `${hz} Hz: ${sharpest(out)} instead of ${sharpest(sound)}`);
    assert.ok(largestStep(out) < 1.05 * largestStep(sound), `${hz} Hz`);
  }
});

test("what is not alike stays, and pauses are left out", () => {
  const loud = run(joined(noise(24_000, 0.001), noise(96_000, 0.3)));
  assert.deepEqual(cutsOf(loud.delays), []);
  assert.equal(loud.delays.at(-1), PREROLL);
  const softer = run(joined(noise(24_000, 0.001), noise(48_000, 1), noise(48_000, 0.25)));
  assert.deepEqual(cutsOf(softer.delays), []);
  // Beside the voice, its pauses are quiet, but they are not below the threshold of the gate.
  const pauses = run(joined(noise(24_000, 0.001), noise(7_000, 1), noise(14_000, 0.05), noise(24_000, 1)));
  const cuts = cutsOf(pauses.delays);
  assert.ok(cuts.length > 1 && cuts.every(({ samples }) => samples === 720), JSON.stringify(cuts));
  const [begun, over] = [31_000 + PREROLL - 2_000, 45_000 + PREROLL];
  assert.ok(cuts.every(({ block }) => block * BLOCK > begun && block * BLOCK < over), JSON.stringify(cuts));
});

test("a pause after an utterance gives the pre-roll back before a channel closes", () => {
  for (const rate of RATES) {
    for (const hold of [0, 0.1, HOLD_S]) {
      const sound = joined(noise(rate, 0.001), voice(150, rate, 0.3), noise(2 * rate, 0.001));
      const { out, delays, opened, closed } = run(sound, { rate, hold });
      const preroll = Math.round(PREROLL_S * rate);
      const back = closed + preroll + 2 * BLOCK;
      assert.equal(delays[blockAt(back)], preroll, `${rate} Hz, ${hold} s`);
      const from = back + Math.round(0.005 * rate);
      const later = sound.subarray(from - preroll, sound.length - preroll);
      assert.deepEqual(out.subarray(from), later, `${rate} Hz, ${hold} s`);
      const meanwhile = delays.slice(blockAt(opened), blockAt(closed));
      assert.ok(meanwhile.every((delay, i) => delay <= (meanwhile[i - 1] ?? Infinity)), `${rate} Hz, ${hold} s`);
    }
  }
});

test("the rest of an utterance leaves whole before silence passes", () => {
  // Without a hold the gate closes while the end of the voice is in the line.
  const sound = joined(noise(24_000, 0.001), voice(150, 48_000, 0.3), noise(48_000, 0.001));
  const { out, delays, closed } = run(sound, { hold: 0 });
  const delay = delays[blockAt(closed)] ?? 0;
  assert.ok(delay > 1_000 && delay < PREROLL, `${delay}`);
  const rest = out.subarray(closed + BLEND, closed + delay);
  assert.deepEqual(rest, sound.subarray(closed + BLEND - delay, closed));
});

test("silence comes and goes without a click", () => {
  const hum = Float32Array.from({ length: 96_000 }, (_, i) => 0.004 * Math.sin((2 * Math.PI * 100 * i) / 48_000));
  const { out, delays } = run(hum);
  assert.equal(delays.at(-1), PREROLL);
  assert.ok(out.subarray(BLEND, PREROLL).every((sample) => sample === 0));
  assert.ok(largestStep(out) < 2 * largestStep(hum), `${largestStep(out)} instead of ${largestStep(hum)}`);
});

test("an utterance that begins while silence passes loses nothing, and waits no longer", () => {
  const sound = noise(48_000, 0.3);
  const line = new CatchUpDelay(48_000, 1);
  line.target = PREROLL;
  const out = through(line, sound, (at) => at >= 20 * BLOCK);
  const late = 20 * BLOCK;
  assert.equal(line.delay, late);
  assert.ok(out.subarray(BLEND, late).every((sample) => sample === 0));
  assert.deepEqual(out.subarray(late + BLEND), sound.subarray(BLEND, sound.length - late));
});

test("both channels are cut at the same place", () => {
  const sound = joined(noise(24_000, 0.001), voice(150, 48_000, 1.5));
  const alone = run(sound);
  for (const [left, right] of [[0, 1], [1, 0], [1, -1]] as const) {
    const line = new CatchUpDelay(48_000, 2);
    line.target = PREROLL;
    const out = [new Float32Array(sound.length), new Float32Array(sound.length)] as const;
    const gate = new VoiceGate(HOLD_S * 48_000);
    for (let at = 0; at < sound.length; at += BLOCK) {
      const block = sound.subarray(at, at + BLOCK);
      gate.take(BLOCK, decibelsOf(block));
      const input = [left, right].map((share) => block.map((sample) => share * sample));
      line.process(input, out.map((samples) => samples.subarray(at, at + BLOCK)), 1, gate.isOpen);
    }
    const expected = (share: number) => alone.out.map((sample) => share * sample + 0);
    assert.deepEqual([...out].map((samples) => samples.map((sample) => sample + 0)), [expected(left), expected(right)]);
  }
});

test("a shorter delay is in force at once, without a click", () => {
  for (const isOpen of [false, true]) {
    const sound = voice(150, 48_000, 1);
    const line = new CatchUpDelay(48_000, 1);
    line.target = PREROLL;
    const first = through(line, sound.subarray(0, 24_064), () => false);
    assert.equal(line.delay, PREROLL);
    line.target = 0;
    const second = through(line, sound.subarray(24_064), () => isOpen);
    assert.equal(line.delay, 0);
    assert.deepEqual(second.subarray(BLEND), sound.subarray(24_064 + BLEND));
    const jump = joined(first.subarray(-BLOCK), second.subarray(0, 2 * BLEND));
    assert.ok(largestStep(jump) < largestStep(sound));
  }
});

test("a shorter delay ends the silence", () => {
  const line = new CatchUpDelay(48_000, 1);
  line.target = PREROLL;
  through(line, noise(10 * BLOCK, 0.001), () => false);
  line.target = 0;
  through(line, noise(10 * BLOCK, 0.001), () => false);
  assert.equal(line.delay, 0);
});

test("a delay that is asked for during an utterance begins after it", () => {
  const line = new CatchUpDelay(48_000, 1);
  const sound = voice(150, 48_000, 1);
  through(line, sound, () => true);
  line.target = PREROLL;
  assert.deepEqual(through(line, sound, () => true), sound);
  through(line, noise(9_600, 0.001), () => false);
  assert.equal(line.delay, PREROLL);
});

test("samples that are no numbers do no harm later", () => {
  const line = new CatchUpDelay(48_000, 1);
  line.target = PREROLL;
  through(line, noise(24_000, 0.001), () => false);
  through(line, new Float32Array(4_800).fill(NaN), () => true);
  const out = through(line, voice(150, 48_000, 2), () => true);
  assert.ok(out.subarray(9_600).every(Number.isFinite));
  assert.ok(line.delay < 720, `${line.delay}`);
});

interface Run {
  readonly out: Float32Array;
  /** After each block. */
  readonly delays: readonly number[];
  /** Where the gate opened and closed. */
  readonly opened: number;
  readonly closed: number;
}

interface Settings {
  readonly rate?: number;
  /** In samples. */
  readonly preroll?: number;
  /** In seconds. */
  readonly hold?: number;
  readonly gain?: number;
}

/** What the microphone's worklet makes of a sound. */
function run(sound: Float32Array, settings: Settings = {}): Run {
  const { rate = 48_000, preroll = PREROLL_S * rate, hold = HOLD_S, gain = 1 } = settings;
  const line = new CatchUpDelay(rate, 1);
  line.target = Math.round(preroll);
  const gate = new VoiceGate(Math.round(hold * rate));
  const delays: number[] = [];
  let [opened, closed] = [-1, -1];
  const out = through(line, sound, (at, block) => {
    if (at > 0) delays.push(line.delay);
    gate.take(block.length, decibelsOf(block));
    if (gate.isOpen && opened < 0) opened = at;
    if (!gate.isOpen && opened >= 0 && closed < 0) closed = at;
    return gate.isOpen;
  }, gain);
  return { out, delays: [...delays, line.delay], opened, closed };
}

/** What comes out of the line. */
function through(
  line: CatchUpDelay,
  sound: Float32Array,
  isOpen: (at: number, block: Float32Array) => boolean,
  gain = 1,
): Float32Array {
  const out = new Float32Array(sound.length);
  for (let at = 0; at < sound.length; at += BLOCK) {
    const block = sound.subarray(at, at + BLOCK);
    line.process([block], [out.subarray(at, at + BLOCK)], gain, isOpen(at, block));
  }
  return out;
}

function blockAt(sample: number): number {
  return Math.floor(sample / BLOCK);
}

/** After which block the delay was shorter than before, and by how much. */
function cutsOf(delays: readonly number[]): { block: number; samples: number }[] {
  const shorter = delays.map((delay, block) => ({ block, samples: (delays[block - 1] ?? 0) - delay }));
  return shorter.filter(({ samples }) => samples > 0);
}

function largestStep(sound: Float32Array): number {
  return sound.reduce((most, sample, i) => (i < 1 ? most : Math.max(most, Math.abs(sample - (sound[i - 1] ?? 0)))), 0);
}

/** The largest second difference. */
function sharpest(sound: Float32Array): number {
  return largestStep(sound.map((sample, i) => sample - (sound[i - 1] ?? sample)).subarray(1));
}

/** White, within ±`peak` / 2. */
function noise(samples: number, peak: number): Float32Array {
  let state = 1;
  return Float32Array.from({ length: samples }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return peak * (state / 2 ** 32 - 0.5);
  });
}

/** Glottal pulses whose pitch wavers by 3 % through the resonances of a mouth. */
function voice(hz: number, rate: number, seconds: number): Float32Array {
  const sound = new Float32Array(Math.round(seconds * rate));
  for (let i = 0, phase = 0; i < sound.length; i++) {
    phase += (hz / rate) * (1 + 0.03 * Math.sin((2 * Math.PI * 4 * i) / rate));
    if (phase < 1) continue;
    phase -= 1;
    for (const [formantHz, level] of [[700, 0.3], [1220, 0.15], [2600, 0.08]] as const) {
      for (let age = 0; age < 0.02 * rate && i + age < sound.length; age++) {
        const decay = Math.exp((-Math.PI * 90 * age) / rate);
        sound[i + age] = (sound[i + age] ?? 0) + level * decay * Math.sin((2 * Math.PI * formantHz * age) / rate);
      }
    }
  }
  return sound;
}

function joined(...sounds: Float32Array[]): Float32Array {
  return Float32Array.from(sounds.flatMap((sound) => [...sound]));
}
