import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Channels, type Speech } from "../../src/voice/channels.ts";
import type { FromPage } from "../../src/voice/control.ts";

const lobby = { room: "lobby" };
let said: FromPage[];
let channels: Channels;

beforeEach(() => {
  said = [];
  channels = new Channels(
    (message) => said.push(message),
    () => {},
  );
});

function speech(changes: Partial<Speech> = {}): Speech {
  return { isJoined: true, isMuted: false, isVoice: false, ...changes };
}

function saidTypes(): string[] {
  return said.splice(0).map((message) => message.type);
}

test("a channel that is always open opens as soon as the session is joined", () => {
  channels.open(lobby, { activation: "open", positional: true, amplitude: 7 });
  channels.update(0, speech({ isJoined: false }));
  assert.deepEqual(said, []);
  channels.update(1, speech());
  assert.deepEqual(said, [
    { type: "open", channel: 1, to: lobby, positional: true, amplitude: 2, priority: "default" },
  ]);
  assert.ok(channels.isAnyOpen);
});

test("push to talk opens while it is held and closes when the last word is out", () => {
  const channel = channels.open(lobby);
  channels.update(0, speech({ isVoice: true }));
  assert.deepEqual(saidTypes(), []);
  channel.talking = true;
  channels.update(10, speech());
  assert.deepEqual(saidTypes(), ["open"]);
  channel.talking = false;
  channels.update(1000, speech());
  assert.equal(channels.wakeAt, 1200);
  assert.deepEqual(saidTypes(), []);
  channels.update(1200, speech());
  assert.deepEqual(saidTypes(), ["close"]);
  assert.equal(channels.wakeAt, null);
});

test("a key that is pressed again within the tail keeps the channel open", () => {
  const channel = channels.open(lobby);
  channel.talking = true;
  channels.update(0, speech());
  channel.talking = false;
  channels.update(100, speech());
  channel.talking = true;
  channels.update(200, speech());
  channels.update(400, speech());
  assert.deepEqual(saidTypes(), ["open"]);
});

test("voice activation follows the voice, each channel by its own rule", () => {
  const byVoice = channels.open(lobby, { activation: "voice" });
  const byKey = channels.open({ player: "Bob" });
  channels.update(0, speech({ isVoice: true }));
  assert.deepEqual([byVoice.isOpen, byKey.isOpen], [true, false]);
});

test("muting closes everything at once", () => {
  channels.open(lobby, { activation: "open" });
  channels.update(0, speech());
  channels.update(1, speech({ isMuted: true }));
  assert.deepEqual(saidTypes(), ["open", "close"]);
  assert.equal(channels.isAnyOpen, false);
});

test("a closed channel is closed on the server and says nothing more", () => {
  const channel = channels.open(lobby, { activation: "open" });
  channels.update(0, speech());
  channel.close();
  channel.close();
  channel.amplitude = 0.5;
  channels.update(1, speech());
  assert.deepEqual(saidTypes(), ["open", "close"]);
  assert.deepEqual(channels.list(), []);
});

test("a change of an open channel is said, of a closed one remembered", () => {
  const channel = channels.open(lobby);
  channel.priority = "high";
  assert.deepEqual(said, []);
  channel.talking = true;
  channels.update(0, speech());
  channel.amplitude = Number.NaN;
  assert.deepEqual(said, [
    { type: "open", channel: 1, to: lobby, positional: false, amplitude: 1, priority: "high" },
    { type: "change", channel: 1, positional: false, amplitude: 1, priority: "high" },
  ]);
});

test("after a new join what is open is opened again, and what the server kept besides is closed", () => {
  channels.open(lobby, { activation: "open" });
  channels.update(0, speech());
  said.length = 0;
  channels.onJoined();
  channels.update(1, speech());
  channels.onTold([1, 9]);
  assert.deepEqual(said.map((message) => [message.type, "channel" in message && message.channel]), [
    ["open", 1],
    ["close", 9],
  ]);
});

test("a page has as many channels as any server may take, and no more", () => {
  const all = Array.from({ length: 255 }, () => channels.open(lobby, { activation: "open" }));
  assert.throws(() => channels.open(lobby), RangeError);
  channels.update(0, speech());
  assert.equal(said.filter(({ type }) => type === "open").length, 255);
  all[0]?.close();
  assert.doesNotThrow(() => channels.open(lobby));
});
