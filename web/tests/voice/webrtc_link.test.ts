import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";

import { FakeContext, FakeNode, FakePeer, linkOptions, settled } from "./browser.ts";
import { openWebRtcLink } from "../../src/voice/webrtc_link.ts";

/** A link whose offer is answered but which has no candidates yet. */
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

test("a cancelled attempt closes its connection at once, so that no player joins by it", async (context) => {
  const { link, peer, microphone, giveUp } = await opening(context);
  giveUp.abort();
  await assert.rejects(link, { code: "no-webrtc" });
  assert.equal(peer.isClosed, true);
  assert.equal(microphone.outputs.size, 0);
});

test("a cancelled attempt whose microphone was closed before closes its connection too", async (context) => {
  const { link, peer, microphone, giveUp } = await opening(context);
  giveUp.abort();
  microphone.disconnect();
  await assert.rejects(link, { code: "no-webrtc" });
  assert.equal(peer.isClosed, true);
});

test("a link whose microphone was closed before closes after its queued messages are sent", async (context) => {
  const { link, peer, microphone } = await opening(context);
  peer.open();
  const open = await link;
  microphone.disconnect();
  open.close(false);
  assert.equal(peer.isClosed, false);
  context.mock.timers.tick(200);
  assert.equal(peer.isClosed, true);
});

const OPUS = "m=audio 9 X 111\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 useinbandfec=1\r\n";
const isStereo = (description: { sdp?: string } | null) => description?.sdp?.split("m=").map((section) => section.includes("stereo=1"));

test("plays two channels, and sends two if the microphone has them", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  FakePeer.sdp = `v=0\r\n${OPUS}${OPUS}`;
  context.after(() => (FakePeer.sdp = "v=0"));
  for (const stereo of [true, false]) {
    const microphone = new FakeNode(new FakeContext());
    const giveUp = new AbortController();
    const link = openWebRtcLink({ ...linkOptions(microphone.context, microphone, giveUp.signal), stereo });
    link.catch(() => {});
    await settled();
    const peer = FakePeer.all.at(-1) ?? assert.fail("no connection is made");
    assert.deepEqual(isStereo(peer.localDescription), [false, true, true]);
    assert.deepEqual(isStereo(peer.remoteDescription), [false, stereo, false]);
    giveUp.abort();
    await assert.rejects(link);
  }
});

test("says after three seconds without a connection that it takes longer", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  for (const opensAfter of [2999, 5000]) {
    const microphone = new FakeNode(new FakeContext());
    const options = linkOptions(microphone.context, microphone, new AbortController().signal);
    let said = 0;
    const link = openWebRtcLink({ ...options, events: { ...options.events, slow: () => (said += 1) } });
    await settled();
    context.mock.timers.tick(opensAfter);
    FakePeer.all.at(-1)?.open();
    await link;
    context.mock.timers.tick(5000);
    assert.equal(said, opensAfter < 3000 ? 0 : 1);
  }
});
