import assert from "node:assert/strict";
import { test } from "node:test";

import { PitchShift } from "../../src/worklet/pitch_shift.ts";

const RATE = 48_000;
const LATENCY = 1_440;

/** Glottal pulses through the resonances of a mouth, two seconds. */
function voice(hz: number, rate = RATE): Float32Array {
  const sound = new Float32Array(2 * rate);
  for (let i = 0, phase = 0; i < sound.length; i++) {
    phase += hz / rate;
    if (phase >= 1) {
      phase -= 1;
      for (const [formantHz, level] of [[700, 0.3], [1220, 0.15], [2600, 0.08]] as const) {
        for (let age = 0; age < 0.02 * rate && i + age < sound.length; age++) {
          const decay = Math.exp((-Math.PI * 90 * age) / rate);
          sound[i + age] = (sound[i + age] ?? 0) + level * decay * Math.sin((2 * Math.PI * formantHz * age) / rate);
        }
      }
    }
  }
  return sound;
}

function shifted(sound: Float32Array, semitones: number, rate = RATE): Float32Array {
  const shift = new PitchShift(rate);
  shift.semitones = semitones;
  const out = new Float32Array(sound.length);
  for (let at = 0; at + 128 <= sound.length; at += 128) shift.process(sound.subarray(at, at + 128), out.subarray(at, at + 128));
  return out;
}

/** How strong a frequency is in the second second (Goertzel). */
function strength(sound: Float32Array, hz: number, rate = RATE): number {
  let [re, im] = [0, 0];
  for (let i = rate; i < 1.8 * rate; i++) {
    const window = Math.sin((Math.PI * (i - rate)) / (0.8 * rate)) ** 2;
    re += window * (sound[i] ?? 0) * Math.cos((2 * Math.PI * hz * i) / rate);
    im += window * (sound[i] ?? 0) * Math.sin((2 * Math.PI * hz * i) / rate);
  }
  return Math.hypot(re, im) / rate;
}

/** The harmonics of a pitch together. */
const harmonics = (sound: Float32Array, hz: number, rate = RATE) =>
  Array.from({ length: Math.floor(3000 / hz) }, (_, i) => strength(sound, (i + 1) * hz, rate)).reduce((sum, one) => sum + one, 0);

test("without a shift the voice comes out as it went in, 30 ms later", () => {
  const sound = voice(130);
  const out = shifted(sound, 0);
  for (let i = RATE; i < 2 * RATE - 200; i++) {
    assert.ok(Math.abs((out[i] ?? 0) - (sound[i - LATENCY] ?? 0)) < 2e-3, `sample ${i}`);
  }
});

test("the pitch is what was asked for, at every rate", () => {
  for (const rate of [44_100, 48_000, 96_000]) {
    for (const semitones of [-12, -5, 5, 12]) {
      const out = shifted(voice(150, rate), semitones, rate);
      const hz = 150 * 2 ** (semitones / 12);
      const wanted = harmonics(out, hz, rate);
      const between = harmonics(out, hz * 2 ** (0.5 / 12), rate);
      assert.ok(wanted > 3 * between, `${rate} Hz, ${semitones} semitones: ${wanted} and ${between}`);
    }
  }
});

test("the mouth stays: what is around the first formant is the loudest, whatever the pitch", () => {
  for (const semitones of [-5, 5]) {
    const out = shifted(voice(150), semitones);
    const hz = 150 * 2 ** (semitones / 12);
    const loudest = (fromHz: number, toHz: number) => {
      let most = 0;
      for (let i = Math.ceil(fromHz / hz); i * hz <= toHz; i++) most = Math.max(most, strength(out, i * hz));
      return most;
    };
    assert.ok(loudest(550, 850) > 2 * loudest(1600, 2200), `${semitones}`);
    assert.ok(loudest(550, 850) > loudest(0, 420), `${semitones}`);
  }
});

test("what has no pitch is left as it is, and as loud", () => {
  let state = 1;
  const noise = Float32Array.from({ length: 2 * RATE }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
  const power = (sound: Float32Array) => sound.subarray(RATE, RATE + 40_000).reduce((sum, sample) => sum + sample ** 2, 0);
  const ratio = power(shifted(noise, 7)) / power(noise);
  assert.ok(Math.abs(10 * Math.log10(ratio)) < 1, `${ratio}`);
});

test("silence and samples that are no numbers do no harm", () => {
  const shift = new PitchShift(RATE);
  shift.semitones = 12;
  const out = new Float32Array(128);
  for (let i = 0; i < 400; i++) {
    shift.process(new Float32Array(128).fill(i < 200 ? 0 : i < 210 ? NaN : 0), out);
    if (i < 200) assert.ok(out.every((sample) => sample === 0));
  }
  const sound = voice(150);
  const heard = new Float32Array(sound.length);
  for (let at = 0; at + 128 <= sound.length; at += 128) shift.process(sound.subarray(at, at + 128), heard.subarray(at, at + 128));
  assert.ok(harmonics(heard, 300) > 3 * harmonics(heard, 150 * 1.5), "what comes after it is shifted again");
});
