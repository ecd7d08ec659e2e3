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
