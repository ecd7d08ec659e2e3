import assert from "node:assert/strict";
import test from "node:test";

import { summarise, type Movement } from "../../src/page/announcements.ts";

const moved = (text: string): Movement[] =>
  text
    .split(" ")
    .filter(Boolean)
    .map((word) => ({ came: word.startsWith("+"), name: word.slice(1) }));

test("joins and leaves take one sentence each, and large groups are counted", () => {
  const cases: [string, string][] = [
    ["", ""],
    ["+Ann", "Ann came."],
    ["+Ann +Bob", "Ann and Bob came."],
    ["+Ann +Bob +Cy", "Ann, Bob and Cy came."],
    ["+Ann +Bob +Cy +Di", "Ann, Bob and 2 others came."],
    ["+Ann -Bob", "Ann came. Bob left."],
  ];
  for (const [movements, sentence] of cases) assert.equal(summarise(moved(movements)), sentence, movements);
});

test("a player that joined and left again, or the reverse, is not announced", () => {
  assert.equal(summarise(moved("+Ann -Ann")), "");
  assert.equal(summarise(moved("-Ann +Ann")), "");
  assert.equal(summarise(moved("+Ann -Ann +Ann +Bob")), "Ann and Bob came.");
});
