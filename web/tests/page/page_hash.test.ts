import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { hashOf, hashOfPage, PAGE_FILES } from "../../src/page/page_hash.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

test("the hash is the one that the command prints", async () => {
  // `crates/web/src/page/hash.rs` has the same.
  const expected = "c1380d58bbb703549d2112efb5a91e1aa50c5fd65c3faffa8847c249ce425d63";
  assert.equal(await hashOf([{ path: "/", body: bytes("a") }, { path: "/b.js", body: bytes("bc") }]), expected);
});

test("the files are those that the server has, in its order", async () => {
  const rows = await readFile("../crates/web/src/page/files.rs", "utf8");
  const paths = [...rows.matchAll(/PageFile::new\("([^"]+)"/g)].map(([, path]) => path);
  assert.deepEqual([...PAGE_FILES], paths);
});

test("each file counts, and one that is missing leaves no hash", async (context) => {
  const hash = async (changed: string | null, missing: string | null) => {
    context.mock.method(globalThis, "fetch", (url: URL) => {
      const body = url.pathname === changed ? "other" : "same";
      return Promise.resolve(new Response(body, { status: url.pathname === missing ? 404 : 200 }));
    });
    return hashOfPage("https://voice.example/page.js");
  };
  const usual = await hash(null, null);
  assert.match(usual ?? "", /^[0-9a-f]{64}$/);
  for (const path of PAGE_FILES) {
    assert.notEqual(await hash(path, null), usual, path);
    assert.equal(await hash(null, path), null, path);
  }
});
