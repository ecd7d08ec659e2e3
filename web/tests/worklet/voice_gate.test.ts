import assert from "node:assert/strict";
import { test } from "node:test";

import { decibelsOf, decibelsOfLevel, levelOfDecibels } from "../../src/voice/level.ts";
import { VoiceGate } from "../../src/worklet/voice_gate.ts";

test("the gate opens at the threshold and closes after the hold time", () => {
  const gate = new VoiceGate(256);
  assert.equal(gate.isOpen, false);
  const open = [-60, -45, -60, -60, -60, -44].map((decibels) => {
    gate.take(128, decibels);
    return gate.isOpen;
  });
  assert.deepEqual(open, [false, true, true, true, false, true]);
});

test("silence and NaN do not open the gate", () => {
  const gate = new VoiceGate(0);
  gate.take(128, -Infinity);
  gate.take(128, Number.NaN);
  assert.equal(gate.isOpen, false);
});

test("a full-scale square is 0 dBFS and level 1, silence is level 0, and the conversion is invertible", () => {
  assert.equal(levelOfDecibels(decibelsOf(new Float32Array([1, -1, 1, -1]))), 1);
  assert.equal(levelOfDecibels(decibelsOf(new Float32Array(4))), 0);
  assert.equal(levelOfDecibels(-30), 0.5);
  assert.equal(decibelsOfLevel(levelOfDecibels(-45)), -45);
});
