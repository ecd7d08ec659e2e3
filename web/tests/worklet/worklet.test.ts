import assert from "node:assert/strict";
import { test } from "node:test";

import { MICROPHONE, type Settings } from "../../src/worklet/messages.ts";

interface Processor {
  readonly port: { onmessage(event: { data: Settings }): void };
  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean;
}

let Microphone: (new () => Processor) | undefined;
class FakeProcessor {
  readonly port = { postMessage: () => {} };
}
Object.assign(globalThis, {
  AudioWorkletProcessor: FakeProcessor,
  sampleRate: 48_000,
  registerProcessor: (name: string, processor: new () => Processor) => {
    if (name === MICROPHONE) Microphone = processor;
  },
});
await import("../../src/worklet/worklet.ts");

test("the worklet runs until its microphone is closed", () => {
  assert.ok(Microphone !== undefined);
  const processor = new Microphone();
  const quantum = () => [[new Float32Array(128)]];
  assert.equal(processor.process(quantum(), quantum()), true);
  processor.port.onmessage({ data: { isOver: true } });
  assert.equal(processor.process(quantum(), quantum()), false);
});

test("each channel passes on its own, with the same gain and delay", () => {
  assert.ok(Microphone !== undefined);
  const processor = new Microphone();
  processor.port.onmessage({ data: { gain: 0.5, delayMs: 1 } });
  const outputs = [[new Float32Array(128), new Float32Array(128)]];
  // The delay grows while the gate is closed.
  for (let i = 0; i < 10; i++) processor.process([], outputs);
  processor.process([[new Float32Array(128).fill(1), new Float32Array(128).fill(-0.5)]], outputs);
  const [left, right] = outputs[0] ?? [];
  assert.deepEqual([left?.[47], left?.[48], right?.[47], right?.[48]], [0, 0.5, 0, -0.25]);
});

test("a voice in either channel opens the gate, and is caught up", () => {
  assert.ok(Microphone !== undefined);
  for (const loud of [0, 1]) {
    const processor = new Microphone();
    processor.port.onmessage({ data: { delayMs: 120 } });
    const heard = [];
    for (let block = 0; block < 400; block++) {
      const isLoud = block >= 100 && block < 390;
      const tone = (_: number, i: number) => (isLoud ? 0.5 * Math.sin((2 * Math.PI * (128 * block + i)) / 240) : 0);
      const input = [new Float32Array(128), new Float32Array(128)];
      input[loud] = Float32Array.from({ length: 128 }, tone);
      const output = [new Float32Array(128), new Float32Array(128)];
      processor.process([input], [output]);
      if (output[loud]?.some((sample) => sample !== 0)) heard.push(block);
    }
    // 45 blocks are 120 ms, and 5 are 13 ms.
    const [first = 0, last = 0] = [heard[0], heard.at(-1)];
    assert.ok(first === 145 && last >= 390 && last < 395, `${first} to ${last}`);
  }
});
