import assert from "node:assert/strict";
import test from "node:test";

import { linePath, QualityHistory, SAMPLES_MAX } from "../../src/page/quality_history.ts";
import { describeQuality, reasonForSilence, type Hearing } from "../../src/page/quality_words.ts";
import type { Quality } from "../../src/voice/index.ts";

const GOOD: Quality = {
  word: "good",
  roundTripMs: 40.4,
  delayMs: 60,
  lostUpPercent: 0.2,
  lostDownPercent: 0,
  listeners: 1,
  listenersLostPercent: 0,
  voices: null,
  transport: "udp",
};

test("describes a good connection briefly", () => {
  assert.deepEqual(describeQuality(GOOD), [
    "The round trip to the server takes 40 ms.",
    "Your voice arrives without loss.",
    "The others' voices arrive without loss.",
    "One listener hears you well.",
  ]);
});

test("dropped voices are mentioned first", () => {
  const [first] = describeQuality({ ...GOOD, voices: { carried: 3, speaking: 5 } });
  assert.equal(first, "Your connection carries 3 of 5 voices: you hear the most important and the loudest.");
});

test("losses are listed with their direction, and unknown values are omitted", () => {
  const quality: Quality = {
    ...GOOD,
    roundTripMs: null,
    lostUpPercent: 7.44,
    lostDownPercent: null,
    listeners: 3,
    listenersLostPercent: 12.2,
    transport: "tcp",
  };
  assert.deepEqual(describeQuality(quality), [
    "7.4 % of your voice is lost on its way to the server.",
    "12 % of your voice is lost on its way to your 3 listeners.",
    "Voice goes over TCP because UDP is blocked here, so it may stutter.",
  ]);
});

test("an unmeasured connection has no description", () => {
  const unknown = { roundTripMs: null, delayMs: null, lostUpPercent: null, lostDownPercent: null };
  assert.deepEqual(describeQuality({ ...GOOD, ...unknown, listeners: null, transport: null }), []);
});

test("gives the most important reason why a player cannot be heard", () => {
  const bob = { name: "Bob", muted: false, volume: 1, rooms: new Set(["lobby"]) };
  const hearing: Hearing = {
    isConnected: true,
    needsGesture: false,
    isDeafened: false,
    isDeafenedByOperator: false,
    volume: 1,
    myRooms: ["lobby"],
  };
  assert.equal(reasonForSilence(bob, hearing), null);
  const cases: [Partial<typeof bob>, Partial<Hearing>, string][] = [
    [{ muted: true }, {}, "you muted them"],
    [{ volume: 0 }, {}, "their volume is zero"],
    [{ muted: true }, { isDeafened: true }, "all sound is off"],
    [{}, { volume: 0 }, "all sound is off"],
    [{}, { myRooms: [] }, "you listen to no room"],
    [{ muted: true }, { isConnected: false }, "the connection is lost"],
    [{}, { needsGesture: true }, "the browser waits for a click before it plays sound"],
    [{}, { isDeafenedByOperator: true }, "the server's operator deafened you"],
  ];
  for (const [player, here, reason] of cases)
    assert.equal(reasonForSilence({ ...bob, ...player }, { ...hearing, ...here }), `Bob cannot be heard because ${reason}.`);
});

test("the graph's line ends at the right edge, has gaps for missing values, and stays inside", () => {
  assert.equal(linePath([], 10, 590, 100), "");
  assert.equal(linePath([0, null, 5, 20], 10, 590, 100), "M560.0 100.0M580.0 50.0L590.0 0.0");
});

test("keeps two minutes of the worse direction", () => {
  const history = new QualityHistory();
  for (let index = 0; index < SAMPLES_MAX + 5; index += 1)
    history.add({ roundTripMs: index, lostUpPercent: 1, lostDownPercent: 2 });
  history.add({ roundTripMs: null, lostUpPercent: null, lostDownPercent: null });
  assert.equal(history.samples.length, SAMPLES_MAX);
  assert.deepEqual(history.samples.at(-2), { roundTripMs: SAMPLES_MAX + 4, lostPercent: 2 });
  assert.deepEqual(history.samples.at(-1), { roundTripMs: null, lostPercent: null });
});
