import assert from "node:assert/strict";
import { test } from "node:test";

import { Emitter } from "../../src/voice/emitter.ts";

test("handlers are called in order until they unsubscribe", () => {
  const emitter = new Emitter<{ text: string; other: number }>();
  const heard: string[] = [];
  const stop = emitter.on("text", (text) => heard.push(`one ${text}`));
  emitter.on("text", (text) => heard.push(`two ${text}`));
  emitter.emit("text", "a");
  stop();
  emitter.emit("text", "b");
  emitter.emit("other", 1);
  assert.deepEqual(heard, ["one a", "two a", "two b"]);
});

test("a handler that removes or adds another one meanwhile does not affect the others", () => {
  const emitter = new Emitter<{ tick: number }>();
  const heard: string[] = [];
  emitter.on("tick", () => {
    stop();
    emitter.on("tick", () => heard.push("late"));
  });
  const stop = emitter.on("tick", () => heard.push("stopped"));
  emitter.emit("tick", 1);
  assert.deepEqual(heard, ["stopped"]);
});
