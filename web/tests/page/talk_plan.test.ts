import assert from "node:assert/strict";
import test from "node:test";

import { plan, type Intent } from "../../src/page/talk_plan.ts";

const INTENT: Intent = {
  activation: "push-to-talk",
  rooms: new Set(["lobby", "team"]),
  isHeld: false,
  whisperTo: null,
  isPositional: false,
};

function talking(intent: Intent): Record<string, string> {
  return Object.fromEntries(
    [...plan(intent)].map(([key, { activation, talking }]) => [key, activation + (talking ? " held" : "")]),
  );
}

test("the held key talks to all chosen rooms", () => {
  assert.deepEqual(talking(INTENT), { "room:lobby": "push-to-talk", "room:team": "push-to-talk" });
  assert.deepEqual(talking({ ...INTENT, isHeld: true }), {
    "room:lobby": "push-to-talk held",
    "room:team": "push-to-talk held",
  });
});

test("a whisper reaches its player only, whatever else is chosen or held", () => {
  for (const activation of ["push-to-talk", "voice", "open"] as const)
    for (const isHeld of [false, true])
      assert.deepEqual(talking({ ...INTENT, activation, isHeld, whisperTo: "Bob" }), {
        "room:lobby": "push-to-talk",
        "room:team": "push-to-talk",
        "player:Bob": "push-to-talk held",
      });
});

test("a room and a player of the same name are two targets", () => {
  assert.deepEqual(Object.keys(talking({ ...INTENT, rooms: new Set(["Bob"]), whisperTo: "Bob" })), [
    "room:Bob",
    "player:Bob",
  ]);
});

test("rooms hear a positional voice if chosen, and a whisper is never positional", () => {
  const channels = plan({ ...INTENT, isPositional: true, whisperTo: "Bob" });
  assert.deepEqual(
    [...channels.values()].map((channel) => channel.positional),
    [true, true, false],
  );
});
