import assert from "node:assert/strict";
import test from "node:test";

import { readVisit, type Wish } from "../../src/page/visit.ts";

const WISH: Wish = { name: "Ann", session: "main", rooms: ["lobby"], secret: "", withMicrophone: true };

test("a visit survives being stored", () => {
  assert.deepEqual(readVisit(JSON.stringify(WISH)), WISH);
});

test("what is no visit is none", () => {
  const others = [
    null,
    "",
    "{",
    "7",
    "null",
    "[]",
    "{}",
    JSON.stringify({ ...WISH, rooms: [1] }),
    JSON.stringify({ ...WISH, name: null }),
  ];
  for (const stored of others) assert.equal(readVisit(stored), null, String(stored));
});
