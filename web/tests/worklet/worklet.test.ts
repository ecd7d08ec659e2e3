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
  processor.process([[new Float32Array(128).fill(1), new Float32Array(128).fill(-0.5)]], outputs);
  const [left, right] = outputs[0] ?? [];
  assert.deepEqual([left?.[47], left?.[48], right?.[47], right?.[48]], [0, 0.5, 0, -0.25]);
});
