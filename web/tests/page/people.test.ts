import assert from "node:assert/strict";
import test from "node:test";

import { group } from "../../src/page/people.ts";

const somebody = (name: string, ...rooms: string[]) => ({ name, isSelf: name === "me", rooms: new Set(rooms) });
const everybody = [
  somebody("Zoe", "lobby"),
  somebody("me", "lobby"),
  somebody("adam", "lobby", "team"),
  somebody("Bob", "harbour"),
  somebody("Frank"),
  somebody("player 10", "lobby"),
  somebody("player 9", "lobby"),
];

test("everybody stands in each of its rooms: oneself first, then by name as people sort names", () => {
  const { mine } = group(everybody, { mine: ["team", "lobby"], listening: ["lobby"], talking: new Set(["team"]) });
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

test("rooms of others are told, and who is in none", () => {
  const { others, nowhere } = group(everybody, { mine: ["lobby"], listening: ["lobby"], talking: new Set() });
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

test("one who left all rooms is not called to be in none himself", () => {
  assert.deepEqual(group([somebody("me")], { mine: [], listening: [], talking: new Set() }), {
    mine: [],
    others: [],
    nowhere: [],
  });
});
