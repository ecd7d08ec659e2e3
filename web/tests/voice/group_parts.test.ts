import assert from "node:assert/strict";
import { test } from "node:test";

import { GroupParts, partsOf } from "../../src/voice/group_parts.ts";

const bytes = (length: number) => Uint8Array.from({ length }, (_, index) => (7 * index) % 256);

for (const length of [1, 2, 3, 12_000, 12_001, 480_000]) {
  test(`a message of ${length} bytes comes back from its parts, each of which fits into a message of a page`, () => {
    const parts = new GroupParts();
    const sent = partsOf(bytes(length));
    const whole = sent.map((part) => {
      assert.ok(JSON.stringify(part).length <= 16 << 10);
      return part.type === "group" ? parts.take(part.data, part.more === true) : null;
    });
    assert.deepEqual(whole.pop(), bytes(length));
    assert.ok(whole.every((one) => one === null));
  });
}

test("a message that is too long or malformed is dropped, and the next one is not", () => {
  const parts = new GroupParts();
  const [part] = partsOf(bytes(12_000));
  const data = part?.type === "group" ? part.data : "";
  for (let count = 0; count < 90; count += 1) assert.equal(parts.take(data, true), null);
  assert.equal(parts.take("AQ", false), null);
  assert.equal(parts.take("?", true), null);
  assert.equal(parts.take("AQ", false), null);
  assert.deepEqual(parts.take("AQI", false), Uint8Array.of(1, 2));
});
