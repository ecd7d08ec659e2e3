import assert from "node:assert/strict";
import { test } from "node:test";

import { RouteChoice } from "../../src/voice/routes.ts";

const both = { udp: true, fallback: true };

test("tries WebRTC first, and the fall-back once it is blocked", () => {
  const choice = new RouteChoice("auto");
  assert.equal(choice.next(both), "webrtc");
  choice.onBlocked();
  assert.equal(choice.next(both), "websocket");
});

test("gives WebRTC a second chance if it has worked before", () => {
  const choice = new RouteChoice(undefined);
  choice.onWorked();
  choice.onBlocked();
  assert.equal(choice.next(both), "webrtc");
  choice.onBlocked();
  assert.equal(choice.next(both), "websocket");
});

test("tries everything again in another network", () => {
  const choice = new RouteChoice("auto");
  choice.onBlocked();
  choice.onNetworkChange();
  assert.equal(choice.next(both), "webrtc");
  choice.onWorked();
  choice.onNetworkChange();
  choice.onBlocked();
  assert.equal(choice.next(both), "websocket");
});

test("never tries what the server lacks, and always what the page demands", () => {
  assert.equal(new RouteChoice("auto").next({ udp: false, fallback: true }), "websocket");
  const blocked = new RouteChoice("auto");
  blocked.onBlocked();
  assert.equal(blocked.next({ udp: true, fallback: false }), "webrtc");
  const wanted = new RouteChoice("webrtc");
  wanted.onBlocked();
  assert.equal(wanted.next(both), "webrtc");
  assert.equal(new RouteChoice("websocket").next(both), "websocket");
});
