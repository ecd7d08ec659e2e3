import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";

import { watchPairs } from "../../src/voice/pairs.ts";

/** How often the check gives up within so many polls of 250 ms. */
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

test("gives up once on a connection without a candidate pair", async (context) => {
  assert.equal(await givenUp(context, "complete", ["local-candidate", "remote-candidate"], 10), 1);
});

test("does not give up at the first check", async (context) => {
  assert.equal(await givenUp(context, "complete", [], 2), 0);
});

test("waits for a connection with a pair", async (context) => {
  assert.equal(await givenUp(context, "complete", ["candidate-pair", "local-candidate"], 10), 0);
});

test("waits for a connection without statistics", async (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const peer = { iceGatheringState: "complete", getStats: () => Promise.reject(new Error("it is closed")) } as const;
  const stop = watchPairs(peer, () => assert.fail("given up"));
  for (let look = 0; look < 10; look += 1) {
    context.mock.timers.tick(250);
    await new Promise((resolve) => setImmediate(resolve));
  }
  stop();
});

test("waits for a connection that is still gathering candidates", async (context) => {
  assert.equal(await givenUp(context, "gathering", [], 10), 0);
});
