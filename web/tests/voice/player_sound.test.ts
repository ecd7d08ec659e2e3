import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { FakeContext, FakeNode, FakeStream } from "./browser.ts";
import type { Player } from "../../src/voice/api.ts";
import { readMessage } from "../../src/voice/control_reader.ts";
import { Listening } from "../../src/voice/listening.ts";
import type { MicrophoneInput } from "../../src/voice/microphone.ts";
import { OutputDevice } from "../../src/voice/output.ts";
import type { Sound } from "../../src/voice/sound.ts";

let context: FakeContext;
let microphone: FakeNode;
let listening: Listening;

beforeEach(() => {
  context = new FakeContext();
  microphone = new FakeNode(context);
  const output = new OutputDevice(context as unknown as AudioContext);
  const sound = { context, output } as unknown as Sound;
  const input = { node: microphone, level: 0 } as unknown as MicrophoneInput;
  listening = new Listening(sound, input, () => {}, () => {});
});

function take(...messages: object[]): void {
  for (const message of messages) listening.take(readMessage(JSON.stringify(message)) ?? assert.fail(JSON.stringify(message)));
}

/** A link with so many slots, as either transport has them. */
function attached(slots = 2): FakeNode[] {
  const nodes = Array.from({ length: slots }, () => new FakeNode(context));
  listening.attach(nodes as unknown as AudioNode[]);
  return nodes;
}

const player = (name: string): Player => listening.players.byName.get(name) ?? assert.fail(name);
const nodeOf = (name: string): FakeNode => player(name).audioNode as unknown as FakeNode;
const feeds = (source: FakeNode | undefined, name: string): boolean => source?.outputs.has(nodeOf(name)) === true;
const slot = (number: number, id: number | null) =>
  ({ type: "slot", slot: number, player: id, positional: false, amplitude: 1, priority: "default" });

const joined = { type: "joined", session: "main", id: 3, name: "Alice", resumed: false };
const bob = { type: "player", id: 0, name: "Bob", rooms: ["lobby"] };
const carol = { type: "player", id: 5, name: "Carol", rooms: ["lobby"] };
const roster = { type: "roster" };

test("any slot that carries a player's voice feeds the player's node", () => {
  const [first, second] = attached();
  take(joined, bob, carol, roster, slot(0, 0));
  assert.deepEqual([feeds(first, "Bob"), feeds(first, "Carol")], [true, false]);
  take(slot(1, 0), slot(0, 5));
  assert.deepEqual([feeds(first, "Bob"), feeds(second, "Bob"), feeds(first, "Carol")], [false, true, true]);
  take(slot(1, null));
  assert.equal(feeds(second, "Bob"), false);
});

test("mute and volume do not affect a player's node", () => {
  const [first] = attached();
  take(joined, bob, roster, slot(0, 0));
  const before = nodeOf("Bob");
  player("Bob").volume = 0;
  player("Bob").place = { x: 1, y: 0, z: 0 };
  assert.equal(nodeOf("Bob"), before);
  assert.equal(feeds(first, "Bob"), true);
});

test("the node and the stream survive a lost link, and carry no other player", () => {
  const [old] = attached();
  take(joined, bob, carol, roster, slot(0, 0));
  const { audioNode, mediaStream } = player("Bob");
  assert.ok(feeds(old, "Bob"));
  listening.detach();
  assert.ok(!feeds(old, "Bob"));
  const [next, other] = attached();
  // In this session Carol has Bob's former id.
  take({ ...joined, id: 7 }, { ...carol, id: 0 }, slot(0, 0));
  assert.deepEqual([feeds(next, "Bob"), feeds(next, "Carol")], [false, true]);
  take({ ...bob, id: 1 }, roster, slot(1, 1));
  assert.deepEqual([player("Bob").audioNode, player("Bob").mediaStream], [audioNode, mediaStream]);
  assert.deepEqual([feeds(next, "Bob"), feeds(other, "Bob")], [false, true]);
});

test("a stream has one track, which ends only when its player leaves", () => {
  const [first] = attached();
  take(joined, bob, carol, roster, slot(0, 0));
  const node = nodeOf("Bob");
  const [track] = (player("Bob").mediaStream as unknown as FakeStream).tracks;
  const [others] = (player("Carol").mediaStream as unknown as FakeStream).tracks;
  assert.deepEqual([track?.isStopped, node.outputs.size], [false, 1]);
  take({ type: "left", id: 0, name: "Bob" });
  assert.deepEqual([track?.isStopped, others?.isStopped, node.outputs.size], [true, false, 0]);
  assert.equal(first?.outputs.has(node), false);
  listening.close();
  assert.equal(others?.isStopped, true);
});

test("the page's own sound is the sent one", () => {
  attached();
  take(joined, roster);
  assert.equal(feeds(microphone, "Alice"), false);
  listening.setSending(true);
  assert.equal(feeds(microphone, "Alice"), true);
  listening.setSending(false);
  assert.equal(feeds(microphone, "Alice"), false);
});

test("a player whose sound is never requested has no node", () => {
  const [first] = attached();
  take(joined, bob, roster, slot(0, 0));
  // Its gain and its analyser.
  assert.equal(first?.outputs.size, 2);
});
