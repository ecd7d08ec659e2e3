import assert from "node:assert/strict";
import { test } from "node:test";

import { keepIdentity, readIdentity } from "../../src/page/identity.ts";

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

test("keys are stored as they change, and a store that is full says so once", async () => {
  const handlers: (() => void)[] = [];
  const voice = {
    encryption: { identityKey: null as string | null, knownKeys: null as string | null },
    on: (_: string, handler: () => void) => {
      handlers.push(handler);
      return () => {};
    },
  };
  const written: string[] = [];
  let [isFull, failures] = [false, 0];
  const store = {
    read: () => Promise.resolve(null),
    write: (text: string) => (isFull ? Promise.reject(new Error("full")) : Promise.resolve(void written.push(text))),
  };
  const change = async (keys: string) => {
    voice.encryption = { identityKey, knownKeys: keys };
    for (const handler of handlers) handler();
    await kept();
  };
  const kept = keepIdentity(voice as unknown as Parameters<typeof keepIdentity>[0], { options: {}, store }, () => (failures += 1));
  assert.deepEqual(written, []);
  await change("");
  await change("");
  await change(knownKeys);
  assert.deepEqual(written.map((text) => readIdentity(text)), [{ identityKey, knownKeys: "" }, { identityKey, knownKeys }]);
  assert.equal(failures, 0);
  isFull = true;
  await change("");
  await change(knownKeys);
  assert.equal(failures, 1);
});

test("keys count as kept once the store has them", async () => {
  const voice = { encryption: { identityKey, knownKeys }, on: () => () => {} };
  let finish = () => {};
  const store = { read: () => Promise.resolve(null), write: () => new Promise<void>((resolve) => (finish = resolve)) };
  const kept = keepIdentity(voice as unknown as Parameters<typeof keepIdentity>[0], { options: {}, store }, () => {});
  let isKept = false;
  const waiting = kept().then(() => (isKept = true));
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.equal(isKept, false);
  finish();
  await waiting;
  await keepIdentity(voice as unknown as Parameters<typeof keepIdentity>[0], { options: {}, store: null }, () => {})();
});
