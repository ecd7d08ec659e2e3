import assert from "node:assert/strict";
import { test } from "node:test";

import { SampleQueue } from "../../src/fallback/pieces.ts";

test("samples come out in the order in which they came in, whatever the pieces are", () => {
  const queue = new SampleQueue(1_000);
  const [out, piece] = [[] as number[], new Float32Array(128)];
  for (let i = 0; i < 4_800; i += 1) {
    queue.push(i);
    if (queue.length === 480) {
      for (; queue.length >= 128; ) {
        queue.take(piece);
        out.push(...piece);
      }
    }
  }
  assert.ok(out.length > 4_300);
  assert.deepEqual(out, out.map((_, i) => i));
});

test("what is missing is silence", () => {
  const queue = new SampleQueue(8);
  queue.push(1);
  const piece = new Float32Array(3).fill(9);
  queue.take(piece);
  assert.deepEqual([...piece], [1, 0, 0]);
  assert.equal(queue.length, 0);
});

test("the oldest give way where there is no room", () => {
  const queue = new SampleQueue(2);
  for (const sample of [1, 2, 3]) queue.push(sample);
  const piece = new Float32Array(2);
  queue.take(piece);
  assert.deepEqual([...piece], [2, 3]);
});
