import assert from "node:assert/strict";
import { test } from "node:test";

import { readIdentity } from "../../src/page/identity.ts";

const identityKey = "0f".repeat(64);
const knownKeys = `${"ab".repeat(32)} verified name:ann\n${"cd".repeat(32)} seen account:4 2\n`;

test("what was kept comes back", () => {
  assert.deepEqual(readIdentity(JSON.stringify({ identityKey, knownKeys })), { identityKey, knownKeys });
  assert.deepEqual(readIdentity(JSON.stringify({ identityKey, knownKeys: "" })), { identityKey, knownKeys: "" });
});

test("a damaged list of players costs no key, and a damaged key no visit", () => {
  assert.deepEqual(readIdentity(JSON.stringify({ identityKey, knownKeys: "ann" })), { identityKey });
  for (const stored of [null, "", "{", "[]", "7", JSON.stringify({ identityKey: "0f" }), JSON.stringify({ identityKey: 7 })]) {
    assert.deepEqual(readIdentity(stored), {}, String(stored));
  }
});
