import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";

import { watchPairs } from "../../src/voice/pairs.ts";

/** How often it is given up within so many looks of 250 ms. */
async function givenUp(context: TestContext, state: RTCIceGatheringState, types: string[], looks: number): Promise<number> {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const report = new Map(types.map((type, at) => [String(at), { type }]));
  let count = 0;
  const stop = watchPairs(
    { iceGatheringState: state, getStats: () => Promise.resolve(report) },
    () => (count += 1),
  );
  for (let look = 0; look < looks; look += 1) {
    context.mock.timers.tick(250);
    await new Promise((resolve) => setImmediate(resolve));
  }
  stop();
  return count;
}

test("a connection without a pair of addresses is given up, once", async (context) => {
  assert.equal(await givenUp(context, "complete", ["local-candidate", "remote-candidate"], 10), 1);
});

test("it is not given up at the first look", async (context) => {
  assert.equal(await givenUp(context, "complete", [], 2), 0);
});

test("a connection with a pair is waited for", async (context) => {
  assert.equal(await givenUp(context, "complete", ["candidate-pair", "local-candidate"], 10), 0);
});

test("a connection that tells nothing of itself is waited for", async (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const peer = { iceGatheringState: "complete", getStats: () => Promise.reject(new Error("it is closed")) } as const;
  const stop = watchPairs(peer, () => assert.fail("given up"));
  for (let look = 0; look < 10; look += 1) {
    context.mock.timers.tick(250);
    await new Promise((resolve) => setImmediate(resolve));
  }
  stop();
});

test("a connection that still looks for its addresses is waited for", async (context) => {
  assert.equal(await givenUp(context, "gathering", [], 10), 0);
});
