import assert from "node:assert/strict";
import { test } from "node:test";

import { problemOf, readAnswer, readInfo } from "../../src/voice/signalling.ts";

const info = {
  version: "0.1.0",
  sessions: ["main"],
  onDemand: false,
  join: "password",
  secrets: { token: "optional", password: "required" },
  udp: true,
  encryption: true,
  fallback: true,
  secure: true,
  iceServers: [{ urls: ["stun:localhost:3478"] }],
};

test("accepts a server's information unchanged", () => assert.deepEqual(readInfo(info), info));

test("missing and invalid fields are treated as absent", () => {
  const read = readInfo({ version: "9", join: "open", sessions: ["main", 7], iceServers: [{}, 7, { urls: "stun:x" }] });
  assert.deepEqual(read?.sessions, ["main"]);
  assert.deepEqual(read?.iceServers, [{ urls: "stun:x" }]);
  assert.deepEqual([read?.udp, read?.fallback, read?.onDemand], [true, false, false]);
});

for (const [join, token, password] of [
  ["open", "no", "no"],
  ["token", "required", "no"],
  ["password", "no", "required"],
]) {
  test(`missing and unknown requirements default to join: "${join}"`, () => {
    for (const secrets of [undefined, null, "either", {}, { token: "perhaps", password: 1 }])
      assert.deepEqual(readInfo({ ...info, join, secrets })?.secrets, { token, password });
  });
}

for (const strange of [null, "hello", [], {}, { version: 1, join: "open" }, { version: "1", join: "maybe" }]) {
  test(`rejects ${JSON.stringify(strange)} as server information`, () => assert.equal(readInfo(strange), undefined));
}

test("an answer has an SDP, a key and a number of slots", () => {
  const answer = { sdp: "v=0", key: "KEY", slots: 16 };
  assert.deepEqual(readAnswer({ ...answer, resumed: false }), answer);
  for (const name of ["sdp", "key", "slots"]) assert.equal(readAnswer({ ...answer, [name]: null }), undefined, name);
});

const rows: [status: number, retryAfter: string | null, code: string, retryInMs: number | null][] = [
  [400, null, "other", null],
  [403, null, "other", null],
  [404, null, "no-session", null],
  [409, null, "version", null],
  [413, null, "other", null],
  [429, "3", "busy", 3000],
  [502, null, "no-server", 0],
  [503, null, "full", 0],
  [503, "60", "full", 60_000],
  [503, "Thu, 01 Jan 2026 00:00:00 GMT", "full", 0],
];

for (const [status, retryAfter, code, retryInMs] of rows) {
  test(`status ${status} with Retry-After ${retryAfter} is ${code}, retried in ${retryInMs}`, () => {
    const problem = problemOf(status, retryAfter, { detail: "no, because" });
    assert.deepEqual([problem.code, problem.retryInMs, problem.message], [code, retryInMs, "No, because."]);
  });
}

test("a refusal without a text has a default message", () => {
  assert.match(problemOf(418, null, undefined).message, /418/);
});

test("a server that does not admit the page's origin is told apart from one that is not there", () => {
  const refusal = problemOf(403, null, { status: 403, code: "foreign-origin", detail: "add its origin" });
  assert.deepEqual([refusal.code, refusal.message], ["foreign-origin", "Add its origin."]);
  assert.equal(problemOf(403, null, { code: "left" }).code, "other");
});
