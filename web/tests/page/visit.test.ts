import assert from "node:assert/strict";
import test from "node:test";

import { readVisit, type Visit } from "../../src/page/visit.ts";

const VISIT: Visit = {
  wish: { name: "Ann", session: "main", rooms: ["lobby"], secret: "", withMicrophone: true },
  key: "k",
};

test("a visit survives being stored", () => {
  for (const visit of [VISIT, { ...VISIT, key: null }]) assert.deepEqual(readVisit(JSON.stringify(visit)), visit);
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
    JSON.stringify({ ...VISIT, wish: { ...VISIT.wish, rooms: [1] } }),
    JSON.stringify({ ...VISIT, wish: null }),
  ];
  for (const stored of others) assert.equal(readVisit(stored), null, String(stored));
});
