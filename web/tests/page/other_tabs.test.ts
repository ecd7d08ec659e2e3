import assert from "node:assert/strict";
import { test } from "node:test";

import { OtherTabs, freeName } from "../../src/page/other_tabs.ts";

test("a second tab proposes a name that no other tab has", async () => {
  const [first, second, third] = [new OtherTabs(), new OtherTabs(), new OtherTabs()];
  try {
    assert.equal(await second.free("Alice"), "Alice");
    first.use("Alice");
    assert.equal(await second.free("Alice"), "Alice 2");
    assert.equal(await second.free("Bob"), "Bob");
    second.use("Alice 2");
    assert.equal(await third.free("Alice"), "Alice 3");
    assert.equal(await third.free("Alice 2"), "Alice 3");
    first.use(null);
    assert.equal(await third.free("Alice"), "Alice");
    assert.equal(await third.free(""), "");
  } finally {
    for (const tab of [first, second, third]) tab.close();
  }
});

test("a number at the end of a name is counted on", () => {
  assert.equal(freeName("R2 D2", new Set()), "R2 D2");
  assert.equal(freeName("Alice 2", new Set(["Alice 2", "Alice 3"])), "Alice 4");
  assert.equal(freeName("Agent 1999", new Set(["Agent 1999"])), "Agent 1999 2");
});
