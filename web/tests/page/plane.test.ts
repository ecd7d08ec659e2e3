import assert from "node:assert/strict";
import test from "node:test";

import { fromShares, REACH_M, relation, stepped, toShares } from "../../src/page/plane.ts";

const at = (x: number, z: number) => ({ x, y: 0, z });

test("the middle of the map is the origin, its top is ahead and its right is right", () => {
  assert.deepEqual(toShares(at(0, 0)), { left: 0.5, top: 0.5 });
  assert.deepEqual(toShares(at(REACH_M, REACH_M)), { left: 1, top: 0 });
  assert.deepEqual(fromShares(1, 0), at(REACH_M, REACH_M));
});

test("reading a drawn place returns the place", () => {
  for (const place of [at(0, 0), at(-3.5, 7.25), at(11.99, -0.01)]) {
    const { left, top } = toShares(place);
    assert.deepEqual(fromShares(left, top), place);
  }
});

test("clamps places to the map, by pointer and by key", () => {
  assert.deepEqual(fromShares(-3, 17), at(-REACH_M, -REACH_M));
  assert.deepEqual(stepped(at(REACH_M, 0), "ArrowRight", true), at(REACH_M, 0));
});

test("arrow keys move a step, and a larger one with Shift", () => {
  assert.deepEqual(stepped(at(0, 0), "ArrowUp", false), at(0, 0.5));
  assert.deepEqual(stepped(at(0, 0), "ArrowLeft", true), at(-2, 0));
  assert.equal(stepped(at(0, 0), "a", false), null);
});

test("describes a place in words", () => {
  const cases: [number, number, string][] = [
    [0, 0, "right here"],
    [3, 0, "3 m right"],
    [-3, 1.5, "3 m left, 1.5 m ahead"],
    [0, -2, "2 m behind"],
    [0.1, -0.2, "right here"],
  ];
  for (const [x, z, words] of cases) assert.equal(relation(at(0, 0), at(x, z)), words);
});
