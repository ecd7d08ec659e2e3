import assert from "node:assert/strict";
import { test } from "node:test";

import { Wake } from "../../src/voice/wake.ts";

test("a time beyond the range of timers is waited for in steps, not called at once", (context) => {
  const waits: number[] = [];
  context.mock.method(globalThis, "setTimeout", (_: () => void, ms: number) => waits.push(ms));
  const wake = new Wake(() => {});
  for (const ms of [1e10, 1000, -1000]) wake.at(performance.now() + ms);
  assert.equal(waits[0], 2 ** 31 - 1);
  assert.ok(waits[1] !== undefined && waits[1] > 0 && waits[1] <= 1000);
  assert.equal(waits[2], 0);
});
