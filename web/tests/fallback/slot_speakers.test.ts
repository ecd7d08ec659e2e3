import assert from "node:assert/strict";
import { test } from "node:test";

import { SlotSpeakers } from "../../src/fallback/slot_speakers.ts";
import type { ToPage } from "../../src/voice/control.ts";

const slot = (slot: number, player: number | null): ToPage => ({
  type: "slot", slot, player, positional: false, amplitude: 1, priority: "default",
});
const speaking = (id: number, speaking: boolean): ToPage => ({ type: "speaking", id, name: "Bob", speaking, to: [] });
const joined: ToPage = { type: "joined", session: "main", id: 1, name: "Alice", resumed: true, place: null, encrypted: false };

/** A slot with player 7, and one with player 8. */
function two(): SlotSpeakers {
  const speakers = new SlotSpeakers();
  assert.deepEqual(speakers.takenAwayBy(slot(0, 7)), []);
  assert.deepEqual(speakers.takenAwayBy(slot(3, 8)), []);
  return speakers;
}

const rows: [what: string, message: ToPage, silenced: number[], takenAway: number[]][] = [
  ["a speaker stops", speaking(8, false), [3], []],
  ["a speaker starts", speaking(8, true), [], []],
  ["a speaker without a slot stops", speaking(9, false), [], []],
  ["a speaker leaves", { type: "left", id: 7, name: "Bob" }, [0], []],
  ["a slot becomes free", slot(0, null), [], [0]],
  ["a slot is reassigned", slot(3, 9), [], [3]],
  ["a slot's level changes", slot(3, 8), [], []],
  ["another session", joined, [], [0, 3]],
];

for (const [what, message, silenced, takenAway] of rows) {
  test(`${what}: ${silenced.length} of two slots fall silent and ${takenAway.length} are taken away`, () => {
    const speakers = two();
    assert.deepEqual([speakers.silencedBy(message), speakers.takenAwayBy(message)], [silenced, takenAway]);
  });
}

test("no player has a slot after another session begins", () => {
  const speakers = two();
  speakers.takenAwayBy(joined);
  assert.deepEqual(speakers.silencedBy(speaking(7, false)), []);
});
