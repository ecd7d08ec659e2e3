import assert from "node:assert/strict";
import { test } from "node:test";

import { Pulse } from "../../src/fallback/pulse.ts";

/** Polls every 50 ms in an interval; returns the numbers and times of the pings. */
function asked(pulse: Pulse, from: number, to: number): [number, number][] {
  const questions: [number, number][] = [];
  for (let now = from; now < to; now += 50) {
    const number = pulse.question(now);
    if (number !== null) questions.push([number, now]);
  }
  return questions;
}

test("pings every two seconds in silence, and four times a second while talking", () => {
  const pulse = new Pulse();
  assert.deepEqual(asked(pulse, 0, 4_100), [[0, 0], [1, 2_000], [2, 4_000]]);
  pulse.answer(4_100, 2);
  pulse.noteVoice(4_100);
  assert.deepEqual(asked(pulse, 4_100, 4_700), [[3, 4_250], [4, 4_500]]);
});

test("an answer yields the response time, and answers all earlier pings", () => {
  const pulse = new Pulse();
  asked(pulse, 0, 2_100);
  assert.equal(pulse.roundTripMs, null);
  pulse.answer(2_130, 1);
  assert.equal(pulse.roundTripMs, 130);
  assert.equal(pulse.isBehind(10_000), false);
});

test("drops voice only while an answer is late", () => {
  const pulse = new Pulse();
  pulse.question(0);
  assert.equal(pulse.isBehind(600), false);
  assert.equal(pulse.isBehind(601), true);
  pulse.answer(700, 0);
  assert.equal(pulse.isBehind(701), false);
});

test("a peer that does not answer for six seconds is dead", () => {
  const pulse = new Pulse();
  pulse.question(1_000);
  assert.equal(pulse.isLost(7_000), false);
  assert.equal(pulse.isLost(7_001), true);
});

test("ignores answers to unknown pings", () => {
  const pulse = new Pulse();
  pulse.question(0);
  for (const number of [1, -1, 0.5, NaN, 2 ** 40]) pulse.answer(10, number);
  assert.equal(pulse.roundTripMs, null);
  assert.equal(pulse.isLost(6_001), true);
});

test("limits the number of unanswered pings", () => {
  const pulse = new Pulse();
  for (let now = 0; now < 600_000; now += 50) {
    pulse.noteVoice(now);
    pulse.question(now);
  }
  assert.equal(pulse.question(700_000), null);
});
