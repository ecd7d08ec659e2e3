import assert from "node:assert/strict";
import test from "node:test";

import { readAddress, ROOMS_MAX, writeAddress } from "../../src/page/address.ts";

test("an address names rooms, and a session before a slash", () => {
  const cases: [string, string | null, string[]][] = [
    ["", null, []],
    ["#", null, []],
    ["#lobby", null, ["lobby"]],
    ["#lobby&team", null, ["lobby", "team"]],
    ["#raid/lobby", "raid", ["lobby"]],
    ["#raid/", "raid", []],
    ["#a%2Fb/c%26d&e%20f", "a/b", ["c&d", "e f"]],
  ];
  for (const [hash, session, rooms] of cases) assert.deepEqual(readAddress(hash), { session, rooms }, hash);
});

test("ignores invalid parts of an address", () => {
  assert.deepEqual(readAddress("#%E0%A4%A/lobby&%&lobby&%20"), { session: null, rooms: ["lobby"] });
  assert.equal(readAddress("#" + "a".repeat(129)).rooms.length, 0, "a name beyond the limit");
  assert.equal(
    readAddress("#" + Array.from({ length: 99 }, (_, index) => `room${index}`).join("&")).rooms.length,
    ROOMS_MAX,
  );
});

test("an address names at most sixteen rooms", () => {
  const rooms = Array.from({ length: 17 }, (_, index) => `room${index}`);
  assert.deepEqual(readAddress(writeAddress({ session: null, rooms })).rooms, rooms.slice(0, 16));
});

test("reading inverts writing", () => {
  for (const address of [
    { session: null, rooms: ["lobby"] },
    { session: "a/b#?", rooms: ["ü & ö", "100 %", "/"] },
    { session: "main", rooms: [] },
  ])
    assert.deepEqual(readAddress(writeAddress(address)), address);
  assert.equal(writeAddress({ session: null, rooms: [] }), "");
});
