import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";

import { FakeContext, FakeNode, FakePeer, linkOptions, settled } from "./browser.ts";
import { openWebRtcLink } from "../../src/voice/webrtc_link.ts";

/** A link whose offer is answered, so that only candidates are missing. */
async function opening(context: TestContext) {
  context.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const microphone = new FakeNode(new FakeContext());
  const giveUp = new AbortController();
  const link = openWebRtcLink(linkOptions(microphone.context, microphone, giveUp.signal));
  link.catch(() => {});
  await settled();
  const peer = FakePeer.all.at(-1) ?? assert.fail("no connection is made");
  assert.equal(peer.isAnswered, true);
  return { link, peer, microphone, giveUp };
}

test("an attempt that is given up leaves no connection behind, and at once, lest somebody joins by it", async (context) => {
  const { link, peer, microphone, giveUp } = await opening(context);
  giveUp.abort();
  await assert.rejects(link, { code: "no-webrtc" });
  assert.equal(peer.isClosed, true);
  assert.equal(microphone.outputs.size, 0);
});

test("an attempt whose microphone was closed before leaves no connection behind either", async (context) => {
  const { link, peer, microphone, giveUp } = await opening(context);
  giveUp.abort();
  microphone.disconnect();
  await assert.rejects(link, { code: "no-webrtc" });
  assert.equal(peer.isClosed, true);
});

test("a link whose microphone was closed before closes as any other, once what was said last has left", async (context) => {
  const { link, peer, microphone } = await opening(context);
  peer.open();
  const open = await link;
  microphone.disconnect();
  open.close(false);
  assert.equal(peer.isClosed, false);
  context.mock.timers.tick(200);
  assert.equal(peer.isClosed, true);
});
