import assert from "node:assert/strict";
import test from "node:test";

import { readVisit, type Visit } from "../../src/page/visit.ts";

const VISIT: Visit = {
  wish: { name: "Ann", session: "main", rooms: ["lobby"], token: "T", password: "P", withMicrophone: true },
  manner: { isMuted: true, isDeafened: false, talksTo: ["lobby"], place: { x: 1, y: 0, z: -2 } },
  key: "k",
};

test("a visit survives being stored", () => {
  for (const visit of [VISIT, { ...VISIT, key: null }, { ...VISIT, manner: null }]) assert.deepEqual(readVisit(JSON.stringify(visit)), visit);
});

test("what makes no sense of how somebody was in the room is left out", () => {
  const read = (manner: unknown) => readVisit(JSON.stringify({ ...VISIT, manner }))?.manner;
  assert.equal(read({ talksTo: "lobby" }), null);
  const place = { x: 1, z: "2" };
  assert.deepEqual(read({ talksTo: [], place }), { isMuted: false, isDeafened: false, talksTo: [], place: null });
});

test("a visit without a secret had none to show", () => {
  const { token: _, password: __, ...wish } = VISIT.wish;
  assert.deepEqual(readVisit(JSON.stringify({ ...VISIT, wish }))?.wish, { ...VISIT.wish, token: "", password: "" });
});

test("a visit that an older page has stored keeps its only secret, as what it is", () => {
  const { token: _, password: __, ...wish } = VISIT.wish;
  const read = (secrets: object) => {
    const read = readVisit(JSON.stringify({ ...VISIT, wish: { ...wish, ...secrets } }))?.wish;
    return [read?.token, read?.password];
  };
  const token = "eyJhbGciOiJFZERTQSJ9.eyJuYW1lIjoiQW5uIn0.c2ln-bmF0dXJl_";
  assert.deepEqual(read({ secret: token }), [token, ""]);
  for (const password of ["sesame", "a.b.c", ""]) assert.deepEqual(read({ secret: password }), ["", password]);
  assert.deepEqual(read({ secret: "S", password: "P" }), ["", "P"]);
  assert.deepEqual(read({ secret: token, password: "" }), ["", ""]);
  assert.deepEqual(read({ secret: 7 }), ["", ""]);
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
    JSON.stringify({ ...VISIT, wish: { ...VISIT.wish, password: 1 } }),
    JSON.stringify({ ...VISIT, wish: null }),
  ];
  for (const stored of others) assert.equal(readVisit(stored), null, String(stored));
});
