import assert from "node:assert/strict";
import { test } from "node:test";

import { type MicrophoneFrame, MicrophoneFrames } from "../../src/fallback/microphone_frames.ts";
import { likeness, speech, tone } from "./sound.ts";

const QUANTUM = 128;

function take(frames: MicrophoneFrames, sound: Float32Array): MicrophoneFrame[] {
  const told: MicrophoneFrame[] = [];
  for (let i = 0; i < sound.length; i += QUANTUM) frames.push(sound.subarray(i, i + QUANTUM), (frame) => told.push(frame));
  return told;
}

test("each sample is in one frame, in order, and each frame has its start time", () => {
  const frames = new MicrophoneFrames(48_000);
  frames.isSending = true;
  const said = speech(1);
  const told = take(frames, said);
  assert.deepEqual(told.map(({ time }) => time), Array.from({ length: 50 }, (_, i) => 960 * i));
  assert.deepEqual(told.flatMap(({ samples }) => [...samples]), [...said]);
});

test("nothing is sent while sending is off, but time advances", () => {
  const frames = new MicrophoneFrames(48_000);
  assert.deepEqual(take(frames, new Float32Array(1_280)), []);
  frames.isSending = true;
  assert.deepEqual(take(frames, new Float32Array(1_280)).map(({ time }) => time), [1_280]);
  // A partial frame at the end is not sent, and its time has passed.
  frames.isSending = false;
  take(frames, new Float32Array(640));
  frames.isSending = true;
  assert.deepEqual(take(frames, new Float32Array(1_280)).map(({ time }) => time), [3_200]);
});

test("a microphone of 44.1 kHz produces as many frames, with the same sound", () => {
  const frames = new MicrophoneFrames(44_100);
  frames.isSending = true;
  const told = take(frames, tone(440, 44_100, 2 * 44_100));
  assert.ok(Math.abs(told.length - 100) <= 1, `${told.length}`);
  const heard = Float32Array.from(told.flatMap(({ samples }) => [...samples]));
  const like = likeness(tone(440, 48_000, 48_000), heard);
  assert.ok(like > 0.999, `${like}`);
});
