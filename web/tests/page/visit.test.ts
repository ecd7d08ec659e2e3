import assert from "node:assert/strict";
import test from "node:test";

import { readVisit, type Visit } from "../../src/page/visit.ts";

const VISIT: Visit = {
  wish: { name: "Ann", session: "main", rooms: ["lobby"], token: "T", password: "P", withMicrophone: true },
  manner: { isMuted: true, isDeafened: false, talksTo: ["lobby"], place: { x: 1, y: 0, z: -2 } },
  key: "k",
};

test("a visit survives storage", () => {
  for (const visit of [VISIT, { ...VISIT, key: null }, { ...VISIT, manner: null }]) assert.deepEqual(readVisit(JSON.stringify(visit)), visit);
});

test("ignores invalid room state", () => {
  const read = (manner: unknown) => readVisit(JSON.stringify({ ...VISIT, manner }))?.manner;
  assert.equal(read({ talksTo: "lobby" }), null);
  const place = { x: 1, z: "2" };
  assert.deepEqual(read({ talksTo: [], place }), { isMuted: false, isDeafened: false, talksTo: [], place: null });
});

test("a visit without a secret has an empty one", () => {
  const { token: _, password: __, ...wish } = VISIT.wish;
  assert.deepEqual(readVisit(JSON.stringify({ ...VISIT, wish }))?.wish, { ...VISIT.wish, token: "", password: "" });
});

test("a visit stored by an older page keeps its only secret, with its kind", () => {
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

test("rejects values that are not a visit", () => {
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
