import assert from "node:assert/strict";
import { test } from "node:test";

import { SlotPlayer } from "../../src/fallback/slot_player.ts";
import { Wasm } from "../../src/fallback/wasm.ts";
import { encode, likeness, slotVoice, speech, wasmBytes } from "./sound.ts";

const QUANTUM = 128;
const SLOTS = 3;

interface Conditions {
  /** Of the browser's sound, in Hz. */
  readonly rate?: number;
  /** When the frame of this number arrives after it was sent, in ms; null: never. */
  readonly delayMs?: (sequence: number) => number | null;
  /** How much faster the speaker's clock is, in parts per million. */
  readonly driftPpm?: number;
}

/** The output of slot 1 for a speech of so many seconds, and the delay at its end. */
async function play(seconds: number, { rate = 48_000, delayMs = () => 0, driftPpm = 0 }: Conditions = {}) {
  const said = speech(seconds);
  const [worker, worklet] = await Promise.all([Wasm.load(wasmBytes()), Wasm.load(wasmBytes())]);
  const player = new SlotPlayer(worklet, SLOTS, rate);
  const frameMs = 20 / (1 + driftPpm / 1e6);
  const arrivals = encode(worker, said)
    .map((packet, sequence) => ({ packet, sequence, delay: delayMs(sequence) }))
    .filter((frame): frame is typeof frame & { delay: number } => frame.delay !== null)
    .map(({ packet, sequence, delay }) => ({ packet, sequence, at: sequence * frameMs + delay }))
    .sort((a, b) => a.at - b.at);
  const quanta = Math.floor((seconds * rate) / QUANTUM);
  const heard = new Float32Array(quanta * QUANTUM);
  for (let quantum = 0; quantum < quanta; quantum += 1) {
    const now = (1000 * quantum * QUANTUM) / rate;
    for (; (arrivals[0]?.at ?? Infinity) <= now; arrivals.shift()) {
      const { sequence, packet } = arrivals[0] as (typeof arrivals)[number];
      player.push(slotVoice(1, sequence, packet));
    }
    const outputs = Array.from({ length: SLOTS }, () => [new Float32Array(QUANTUM)]);
    player.render(outputs);
    heard.set(outputs[1]?.[0] ?? [], quantum * QUANTUM);
    for (const other of [0, 2]) assert.ok(outputs[other]?.[0]?.every((sample) => sample === 0));
  }
  return { said, heard, delayMs: worklet.exports.playback_delay_ms(), lostPercent: worklet.exports.playback_lost_percent() };
}

test("plays received speech", async () => {
  const { said, heard } = await play(2);
  const like = likeness(said.subarray(0, 72_000), heard);
  assert.ok(like > 0.9, `${like}`);
});

test("plays it at 44.1 kHz at the same pitch and speed", async () => {
  const { said, heard } = await play(2, { rate: 44_100 });
  const expected = Float32Array.from({ length: 44_100 }, (_, i) => said[Math.round((i * 48_000) / 44_100)] ?? 0);
  const like = likeness(expected, heard);
  assert.ok(like > 0.8, `${like}`);
});

test("with jitter up to 60 ms and one in twenty frames lost, the delay adapts and speech stays similar", async () => {
  const uneven = (sequence: number) => (sequence % 20 === 7 ? null : ((sequence * 7_919) % 60));
  const { said, heard, delayMs, lostPercent } = await play(4, { delayMs: uneven });
  assert.ok(delayMs >= 30 && delayMs < 200, `${delayMs} ms`);
  assert.ok(lostPercent > 2 && lostPercent < 10, `${lostPercent} %`);
  const second = likeness(said.subarray(120_000, 144_000), heard.subarray(120_000));
  assert.ok(second > 0.4, `${second}`);
});

// More than any clock, so that seven seconds suffice to show the effect: 70 ms.
for (const driftPpm of [-10_000, 10_000]) {
  test(`a clock drift of ${driftPpm} ppm causes neither underruns nor growing delay`, async () => {
    const { heard, delayMs } = await play(7, { driftPpm });
    assert.ok(delayMs < 60, `${delayMs} ms`);
    const silence = heard.subarray(24_000, 320_000).findIndex((_, i) => heard.subarray(24_000 + i, 24_960 + i).every((s) => s === 0));
    assert.equal(silence, -1);
  });
}
