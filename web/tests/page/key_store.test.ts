import assert from "node:assert/strict";
import { test } from "node:test";

import { moveIn, PlainStore, SealedStore, type Rows } from "../../src/page/key_store.ts";

const TEXT = JSON.stringify({ identityKey: "0f".repeat(64), knownKeys: "" });

class FakeRows implements Rows {
  readonly held = new Map<string, unknown>();
  isFull = false;

  get(key: string): Promise<unknown> {
    return Promise.resolve(this.held.get(key));
  }

  put(key: string, value: unknown): Promise<void> {
    if (this.isFull) return Promise.reject(new DOMException("no space", "QuotaExceededError"));
    this.held.set(key, value);
    return Promise.resolve();
  }
}

class FakeStorage {
  held: string | null;

  constructor(held: string | null) {
    this.held = held;
  }

  getItem = (): string | null => this.held;
  setItem = (_: string, text: string): void => void (this.held = text);
  removeItem = (): void => void (this.held = null);
}

test("what was kept comes back, also for the next page", async () => {
  const rows = new FakeRows();
  const store = await SealedStore.open(rows);
  assert.equal(await store.read(), null);
  await store.write(TEXT);
  assert.equal(await store.read(), TEXT);
  assert.equal(await (await SealedStore.open(rows)).read(), TEXT);
});

test("nothing that is stored holds the player's key, and the browser's key cannot be taken out", async () => {
  const rows = new FakeRows();
  await (await SealedStore.open(rows)).write(TEXT);
  const keys = [...rows.held.values()].filter((value) => value instanceof CryptoKey);
  assert.equal(keys.length, 1);
  assert.equal(keys[0]?.extractable, false);
  await assert.rejects(crypto.subtle.exportKey("raw", keys[0] as CryptoKey));
  const { sealed } = rows.held.get("text") as { sealed: ArrayBuffer };
  assert.ok(!Buffer.from(sealed).includes("0f0f"));
});

test("what another key has sealed, or what is damaged, counts as nothing", async () => {
  const rows = new FakeRows();
  await (await SealedStore.open(rows)).write(TEXT);
  rows.held.delete("key");
  const store = await SealedStore.open(rows);
  assert.equal(await store.read(), null);
  for (const damaged of ["text", { iv: 1 }, null, { iv: new Uint8Array(12), sealed: new ArrayBuffer(3) }]) {
    rows.held.set("text", damaged);
    assert.equal(await store.read(), null);
  }
});

test("what an earlier version kept in the clear moves in and is removed there", async () => {
  const [rows, storage] = [new FakeRows(), new FakeStorage(TEXT)];
  const store = await SealedStore.open(rows);
  await moveIn(store, new PlainStore(storage));
  assert.equal(await store.read(), TEXT);
  assert.equal(storage.held, null);
});

test("what cannot move in stays where it is, and a full store says so", async () => {
  const [rows, storage] = [new FakeRows(), new FakeStorage(TEXT)];
  const store = await SealedStore.open(rows);
  rows.isFull = true;
  await assert.rejects(moveIn(store, new PlainStore(storage)), { name: "QuotaExceededError" });
  await assert.rejects(store.write(TEXT), { name: "QuotaExceededError" });
  assert.equal(storage.held, TEXT);
});
