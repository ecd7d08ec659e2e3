import assert from "node:assert/strict";
import { test } from "node:test";

import { Resampler } from "../../src/fallback/resampler.ts";
import { tone } from "./sound.ts";

/** The whole output, resampled in render quanta. */
function resampled(sound: Float32Array, from: number, to: number): Float32Array {
  const resampler = new Resampler(from, to);
  const piece = new Float32Array(resampler.outputMax(128));
  const out: number[] = [];
  for (let i = 0; i < sound.length; i += 128) {
    out.push(...piece.subarray(0, resampler.push(sound.subarray(i, i + 128), piece)));
  }
  return Float32Array.from(out);
}

/** The residual power after removing the best-fitting tone of this frequency, as a share. */
function residue(sound: Float32Array, hz: number, rate: number): number {
  let [sine, cosine, power] = [0, 0, 0];
  sound.forEach((sample, i) => {
    const angle = (2 * Math.PI * hz * i) / rate;
    sine += (2 * sample * Math.sin(angle)) / sound.length;
    cosine += (2 * sample * Math.cos(angle)) / sound.length;
    power += (sample * sample) / sound.length;
  });
  return Math.abs(power - (sine * sine + cosine * cosine) / 2) / power;
}

for (const [from, to] of [
  [44_100, 48_000],
  [48_000, 44_100],
  [96_000, 48_000],
  [16_000, 48_000],
] as const) {
  test(`a second of ${from} Hz is a second of ${to} Hz`, () => {
    const samples = resampled(tone(440, from, from), from, to).length;
    assert.ok(Math.abs(samples - to) <= 2, `${samples}`);
  });

  for (const hz of [200, 1_000, 5_000]) {
    test(`a tone of ${hz} Hz stays one from ${from} to ${to} Hz`, () => {
      // The edges are excluded, where the filter reaches beyond the sound.
      const sound = resampled(tone(hz, from, from), from, to).subarray(0.2 * to, 0.7 * to);
      const share = residue(sound, hz, to);
      assert.ok(share < 1e-4, `${share}`);
      const peak = sound.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      assert.ok(Math.abs(peak - 0.5) < 0.01, `${peak}`);
    });
  }
}

test("removes frequencies above the lower rate's band", () => {
  const sound = resampled(tone(20_000, 48_000, 48_000), 48_000, 16_000).subarray(2_000);
  const peak = sound.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  assert.ok(peak < 0.005, `${peak}`);
});

test("treats NaN samples as silence without affecting later ones", () => {
  const sound = tone(440, 44_100, 4_410);
  const wild = sound.map((sample, i) => (i === 1_000 ? NaN : i === 1_001 ? Infinity : sample));
  const [a, b] = [sound, wild].map((each) => resampled(each, 44_100, 48_000)) as [Float32Array, Float32Array];
  assert.ok(b.every(Number.isFinite));
  assert.deepEqual(b.subarray(1_200), a.subarray(1_200));
});

test("skipping silence keeps the same position as resampling it", () => {
  const [hears, skips] = [new Resampler(48_000, 44_100), new Resampler(48_000, 44_100)];
  const piece = new Float32Array(hears.outputMax(480));
  for (let i = 0; i < 500; i += 1) {
    assert.equal(skips.skip(480), hears.push(new Float32Array(480), piece));
  }
});
