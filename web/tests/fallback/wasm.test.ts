import assert from "node:assert/strict";
import { test } from "node:test";

import { BLOCK_SAMPLES, FRAME_SAMPLES, SLOTS_MAX, Wasm } from "../../src/fallback/wasm.ts";
import { encode, likeness, slotVoice, speech, wasmBytes } from "./sound.ts";

test("one instance plays the output of another's encoder", async () => {
  const [worker, worklet] = await Promise.all([Wasm.load(wasmBytes()), Wasm.load(wasmBytes())]);
  worklet.exports.playback_start(SLOTS_MAX);
  const said = speech(2);
  const heard = new Float32Array(said.length);
  const slot = 5;
  encode(worker, said).forEach((packet, sequence) => {
    worklet.exports.playback_voice(worklet.write(slotVoice(slot, sequence, packet)));
    for (const block of [0, 1]) {
      const sounding = worklet.exports.playback_render();
      assert.ok(sounding === 0 || sounding === 1 << slot, `${sounding}`);
      const from = slot * BLOCK_SAMPLES;
      heard.set(worklet.samples().subarray(from, from + BLOCK_SAMPLES), (2 * sequence + block) * BLOCK_SAMPLES);
    }
  });
  const like = likeness(said.subarray(0, 72_000), heard);
  assert.ok(like > 0.9, `${like}`);
  assert.equal(worklet.exports.playback_lost_percent(), 0);
});

test("calls before the start have no effect", async () => {
  const wasm = await Wasm.load(wasmBytes());
  assert.equal(wasm.read(wasm.exports.encoder_encode()), null);
  assert.equal(wasm.exports.playback_render(), 0);
  wasm.exports.playback_voice(40);
  wasm.exports.playback_end(3);
});

test("input beyond the capacity is rejected", async () => {
  const wasm = await Wasm.load(wasmBytes());
  assert.equal(wasm.write(new Uint8Array(64 * 1024)), 64 * 1024);
  assert.equal(wasm.write(new Uint8Array(64 * 1024 + 1)), -1);
});

test("survives random packets and numbers", async () => {
  const wasm = await Wasm.load(wasmBytes());
  wasm.exports.playback_start(4);
  wasm.exports.encoder_start(0);
  let seed = 1;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  for (let i = 0; i < 20_000; i += 1) {
    const packet = Uint8Array.from({ length: random(60) }, () => random(256));
    const voice = slotVoice(random(6), random(100), packet);
    if (random(9) === 0) new DataView(voice.buffer).setUint32(4 * random(4), random(2 ** 32), true);
    wasm.exports.playback_voice(wasm.write(voice.subarray(0, random(40) === 0 ? random(20) : undefined)));
    if (random(3) === 0) wasm.exports.playback_end(random(2 ** 32));
    if (random(2) === 0) {
      wasm.exports.playback_render();
      assert.ok(wasm.samples().every((sample) => Math.abs(sample) <= 1));
    }
    if (random(50) === 0) wasm.exports.encoder_set_expected_loss(random(2 ** 32));
    if (random(50) === 0) {
      wasm.samples().set([NaN, Infinity, -1e38], random(FRAME_SAMPLES));
      wasm.exports.encoder_encode();
    }
  }
});
