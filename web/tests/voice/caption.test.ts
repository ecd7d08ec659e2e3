import assert from "node:assert/strict";
import { test } from "node:test";

import { readCaption } from "../../src/voice/caption.ts";

const NAMES = ["Al", "Alice", "Al: B"];

test("a caption has its player, its words, and whether it stays", () => {
  const of = (text: string) => readCaption(text, NAMES);
  assert.deepEqual(of("[caption] Alice: she said: no"), { player: "Alice", text: "she said: no", isFinal: true });
  assert.deepEqual(of("[caption…] Alice: she sa"), { player: "Alice", text: "she sa", isFinal: false });
  assert.deepEqual(of("[caption] Al: "), { player: "Al", text: "", isFinal: true });
});

test("other texts are not captions", () => {
  const others = ["hello", "Alice: hello", "[caption]Alice: hello", "[caption] Bob: hello", "[Caption] Alice: hello", "[caption] ", ""];
  for (const text of others) assert.equal(readCaption(text, NAMES), null, text);
});

test("of two names that fit the longer one counts", () => {
  assert.equal(readCaption("[caption] Al: B: hi", NAMES)?.player, "Al: B");
  assert.equal(readCaption("[caption] Al: B: hi", ["Al"])?.text, "B: hi");
});
