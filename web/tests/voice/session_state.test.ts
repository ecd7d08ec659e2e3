import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Players } from "../../src/voice/players.ts";
import { readMessage } from "../../src/voice/control_reader.ts";
import { SessionState } from "../../src/voice/session_state.ts";

let told: [string, unknown][];
let ignored: [string, boolean][];
let players: Players;
let state: SessionState;

beforeEach(() => {
  told = [];
  ignored = [];
  players = new Players({
    ignored: (name, on) => ignored.push([name, on]),
    heardOtherwise: () => {},
    levelOf: () => 0,
    soundOf: () => assert.fail("no sound is requested"),
  });
  state = new SessionState(players, (event, value) => told.push([event, value]));
});

function take(...messages: object[]): void {
  for (const message of messages) {
    const read = readMessage(JSON.stringify(message)) ?? assert.fail(JSON.stringify(message));
    assert.ok(state.take(read), read.type);
  }
}

const joined = { type: "joined", session: "main", id: 3, name: "Alice", resumed: false };
const alice = { type: "player", id: 3, name: "Alice", rooms: [], self: true };
const bob = { type: "player", id: 0, name: "Bob", rooms: ["lobby"] };
const roster = { type: "roster" };

test("players are found by name, with their rooms", () => {
  take(joined, alice, bob, roster, { type: "entered", id: 0, name: "Bob", room: "team" });
  assert.deepEqual([...players.byName.keys()], ["Alice", "Bob"]);
  assert.deepEqual([...(players.byName.get("Bob")?.rooms ?? [])], ["lobby", "team"]);
  assert.equal(players.self?.name, "Alice");
  take({ type: "exited", id: 0, name: "Bob", room: "lobby" });
  assert.deepEqual([...(players.byName.get("Bob")?.rooms ?? [])], ["team"]);
});

test("the page's own player is listed from `joined` on, without a `player` event", () => {
  take(joined);
  assert.deepEqual([players.self?.name, players.self?.id], ["Alice", 3]);
  take({ ...alice, rooms: ["lobby"] }, bob, roster);
  assert.deepEqual(told, [
    ["player", players.byName.get("Bob")],
    ["roster", undefined],
  ]);
  assert.deepEqual([...(players.self?.rooms ?? [])], ["lobby"]);
});

test("a player stays the same object over a lost link under any id, and leaves if it is not announced again", () => {
  take(joined, alice, bob, { type: "player", id: 5, name: "Carol", rooms: [] }, roster);
  const before = players.byName.get("Bob");
  take(joined, alice, { ...bob, id: 7 });
  assert.equal(players.byName.get("Bob"), before);
  assert.equal(players.withId(7), before);
  told.length = 0;
  take(roster);
  assert.deepEqual(told, [
    ["left", { id: 5, name: "Carol" }],
    ["roster", undefined],
  ]);
});

test("in a new session, an id belongs to the player that the server names", () => {
  take(joined, alice, bob, roster);
  take({ ...joined, id: 1 }, { ...bob, id: 3, rooms: [] }, { type: "entered", id: 3, name: "Bob", room: "lobby" });
  take({ type: "speaking", id: 3, name: "Bob", speaking: true, to: [{ room: "lobby" }] });
  take({ ...alice, id: 1 }, roster);
  assert.deepEqual([...(players.byName.get("Bob")?.rooms ?? [])], ["lobby"]);
  assert.equal(players.byName.get("Bob")?.speaking, true);
  assert.equal(players.self?.speaking, false);
});

test("a listener's settings for a player survive its return", () => {
  take(joined, bob);
  const first = players.byName.get("Bob") ?? assert.fail();
  first.volume = 0.5;
  first.muted = true;
  first.muted = true;
  take({ type: "left", id: 0, name: "Bob" }, bob);
  const second = players.byName.get("Bob") ?? assert.fail();
  assert.notEqual(second, first);
  assert.deepEqual([second.volume, second.muted], [0.5, true]);
  assert.deepEqual(ignored, [["Bob", true]]);
  assert.deepEqual(players.ignored(), ["Bob"]);
});

test("clamps a volume to its range, and rejects NaN", () => {
  take(joined, bob);
  const player = players.byName.get("Bob") ?? assert.fail();
  player.volume = 9;
  assert.equal(player.volume, 2);
  player.volume = Number.NaN;
  assert.equal(player.volume, 1);
});

test("no player speaks over a lost link", () => {
  take(joined, bob, { type: "speaking", id: 0, name: "Bob", speaking: true, to: [{ room: "lobby" }] });
  take({ type: "slot", slot: 2, player: 0, positional: false, amplitude: 1, priority: "default" });
  assert.equal(players.byName.get("Bob")?.speaking, true);
  assert.equal(state.slots[2]?.player, 0);
  state.onLinkLost();
  assert.deepEqual([players.byName.get("Bob")?.speaking, state.slots.length], [false, 0]);
});

test("a place from the server takes precedence over the listener's", () => {
  take(joined, bob);
  const player = players.byName.get("Bob") ?? assert.fail();
  player.place = { x: 1, y: 0, z: 0 };
  take({ type: "placed", id: 0, name: "Bob", x: 5, y: 0, z: -1 });
  assert.deepEqual([player.place, player.isPlaced], [{ x: 5, y: 0, z: -1 }, true]);
  take({ type: "placed", id: 0, name: "Bob", x: null, y: null, z: null });
  assert.deepEqual([player.place, player.isPlaced], [{ x: 1, y: 0, z: 0 }, false]);
});

test("an operator's moves and a full room change the listened rooms", () => {
  state.listening.add("lobby").add("stage").add("full");
  take(
    { type: "moved", from: "lobby", to: "corner" },
    { type: "removedFromRoom", room: "stage" },
    { type: "roomFull", room: "full", to: "listen" },
    { type: "roomFull", room: "corner", to: "speak" },
  );
  assert.deepEqual([...state.listening], ["corner"]);
});

test("a restriction without terms is lifted", () => {
  take({ type: "restricted", restriction: "voice", terms: { endsInMs: 60_000, reason: "shouting" } });
  take({ type: "restricted", restriction: "voice", terms: null });
  assert.deepEqual(told, [
    ["restricted", { restriction: "voice", lifted: false, endsInMs: 60_000, reason: "shouting" }],
    ["restricted", { restriction: "voice", lifted: true, endsInMs: null, reason: "" }],
  ]);
});

test("messages about absent players change nothing", () => {
  take(
    { type: "left", id: 9, name: "X" },
    { type: "speaking", id: 9, name: "X", speaking: true },
    { type: "placed", id: 9, name: "X", x: 1, y: 1, z: 1 },
    { type: "entered", id: 9, name: "X", room: "lobby" },
  );
  assert.equal(players.byName.size, 0);
});

test("a caption of a player here is raised as that, and any other text as text", () => {
  take(joined, alice, bob, roster);
  const to = { room: "lobby" };
  told = [];
  take({ type: "text", id: 0, name: "Bob", to, text: "[caption] Alice: good evening" });
  take({ type: "text", id: 0, name: "Bob", to, text: "[caption] Dora: good evening" });
  assert.deepEqual(told, [
    ["caption", { player: "Alice", by: "Bob", to, text: "good evening", isFinal: true }],
    ["text", { name: "Bob", to, text: "[caption] Dora: good evening" }],
  ]);
});
