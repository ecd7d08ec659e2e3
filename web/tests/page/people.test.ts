import assert from "node:assert/strict";
import test from "node:test";

import { group } from "../../src/page/people.ts";

const player = (name: string, ...rooms: string[]) => ({ name, isSelf: name === "me", rooms: new Set(rooms) });
const players = [
  player("Zoe", "lobby"),
  player("me", "lobby"),
  player("adam", "lobby", "team"),
  player("Bob", "harbour"),
  player("Frank"),
  player("player 10", "lobby"),
  player("player 9", "lobby"),
];

test("a player is listed in each of its rooms: oneself first, then in natural order", () => {
  const { mine } = group(players, { mine: ["team", "lobby"], listening: ["lobby"], talking: new Set(["team"]) });
  assert.deepEqual(
    mine.map(({ room, isListening, isTalking, players }) => [
      room,
      isListening,
      isTalking,
      players.map((player) => player.name),
    ]),
    [
      ["team", false, true, ["adam"]],
      ["lobby", true, false, ["me", "adam", "player 9", "player 10", "Zoe"]],
    ],
  );
});

test("lists rooms of others, and players in none", () => {
  const { others, nowhere } = group(players, { mine: ["lobby"], listening: ["lobby"], talking: new Set() });
  assert.deepEqual(
    others.map(({ room, players }) => [room, players.map((player) => player.name)]),
    [
      ["harbour", ["Bob"]],
      ["team", ["adam"]],
    ],
  );
  assert.deepEqual(
    nowhere.map((player) => player.name),
    ["Frank"],
  );
});

test("oneself is not listed as in no room", () => {
  assert.deepEqual(group([player("me")], { mine: [], listening: [], talking: new Set() }), {
    mine: [],
    others: [],
    nowhere: [],
  });
});
