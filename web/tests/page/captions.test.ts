import assert from "node:assert/strict";
import { test } from "node:test";

import { Captions } from "../../src/page/captions.ts";

const caption = (text: string) => ({ player: "Alice", by: "Captions", to: { room: "lobby" }, text, isFinal: false });

test("the next caption replaces the one before, and a longer one stays longer", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let redraws = 0;
  const captions = new Captions(() => redraws++);
  captions.show(caption("good"));
  context.mock.timers.tick(4000);
  captions.show(caption("good evening"));
  context.mock.timers.tick(4700);
  assert.deepEqual(captions.of("Alice"), { by: "Captions", text: "good evening" });
  context.mock.timers.tick(100);
  assert.equal(captions.of("Alice"), null);
  assert.equal(redraws, 3);
});

test("a player that leaves takes its caption along", () => {
  const captions = new Captions(() => {});
  captions.show(caption("good"));
  captions.hide("Alice");
  assert.equal(captions.of("Alice"), null);
  captions.stop();
});
