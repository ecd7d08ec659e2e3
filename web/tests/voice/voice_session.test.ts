import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";

import { FakePeer, type FakeTrack, PAGE, settled } from "./browser.ts";
import { silentMicrophoneInput } from "../../src/voice/microphone.ts";
import { sharedSound } from "../../src/voice/sound.ts";
import { VoiceSession } from "../../src/voice/voice_session.ts";

const HERE = "https://voice.example/";
const JOINED = { type: "joined", session: "main", id: 3, name: "Alice", resumed: false };
const RECORDED = { type: "recorded", whole: true, lastMs: 0 };

/** A session with its own microphone, whose offer is answered but which has no candidates yet. */
async function connecting(context: TestContext, resume?: string) {
  if (resume === undefined) context.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const sound = sharedSound();
  const microphone = await silentMicrophoneInput(sound, HERE, {});
  const chosen = microphone.choose();
  const track = PAGE.devices.questions.at(-1)?.allow() as FakeTrack;
  await chosen;
  const options = { session: "main", name: "Alice", slots: 2, ...(resume === undefined ? {} : { resume }) };
  const session = new VoiceSession({ options, url: HERE, assets: HERE, sound, microphone, ownsMicrophone: true });
  session.joined.catch(() => {});
  await settled();
  const peer = FakePeer.all.at(-1) ?? assert.fail("no connection is made");
  assert.equal(peer.isAnswered, true);
  const tell = (message: object) => peer.channel.onmessage?.({ data: JSON.stringify(message) });
  const said = () => peer.channel.said.map((text) => (JSON.parse(text) as { type: string }).type);
  return { session, peer, track, tell, said };
}

test("leaving while the link is opening leaves neither a connection nor a microphone open", async (context) => {
  const { session, peer, track } = await connecting(context);
  session.leave();
  await assert.rejects(session.joined, { code: "left" });
  await settled();
  assert.deepEqual([session.state, track.isStopped, peer.isClosed], ["closed", true, true]);
});

test("leaving over an open link sends a farewell, also before the session is joined", async (context) => {
  const { session, peer, said } = await connecting(context);
  peer.open();
  await settled();
  session.leave();
  assert.deepEqual(said(), ["leave"]);
});

test("a link that opens after leaving sends a farewell", async (context) => {
  const { session, peer, said } = await connecting(context);
  let favoured = (): void => {};
  peer.senders = [{ getParameters: () => ({ encodings: [{}] }), setParameters: () => new Promise<void>((done) => (favoured = done)) }];
  peer.open();
  await settled();
  session.leave();
  favoured();
  await settled();
  assert.deepEqual([said(), peer.isClosed], [["leave"], false]);
  context.mock.timers.tick(200);
  assert.equal(peer.isClosed, true);
});

test("a caller of `joined` receives all later events, however early they arrive", async (context) => {
  const { session, peer, tell } = await connecting(context);
  for (const message of [JOINED, RECORDED]) tell(message);
  const heard: unknown[] = [];
  const listening = session.joined.then(() => session.on("recorded", (recorded) => heard.push(recorded)));
  peer.open();
  await listening;
  tell({ ...RECORDED, whole: false });
  context.mock.timers.tick(1);
  assert.deepEqual(heard, [
    { isWhole: true, lastMs: 0 },
    { isWhole: false, lastMs: 0 },
  ]);
  session.leave();
});

test("a key names the place, too, and shows both to the next server", async (context) => {
  const { session, peer, tell } = await connecting(context);
  tell({ ...JOINED, place: "00ab" });
  peer.open();
  await session.joined;
  assert.equal(session.key, "KEY.00ab");
  session.leave();
  const again = await connecting(context, session.key ?? undefined);
  const body = JSON.parse(PAGE.bodies.at(-1) ?? "{}") as Record<string, unknown>;
  assert.deepEqual([body["resume"], body["place"]], ["KEY", "00ab"]);
  again.session.leave();
});

test("moderation without a connection reports failure", async (context) => {
  const { session, peer, tell } = await connecting(context);
  peer.open();
  await settled();
  tell(JOINED);
  const answer = session.moderate("Mallory", { action: "kick" });
  tell({ type: "disconnected", cause: "server", message: "gone", retryInMs: 500 });
  assert.equal(await Promise.race([answer, settled()]), "failed");
  session.leave();
});
