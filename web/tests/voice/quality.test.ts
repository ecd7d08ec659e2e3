import assert from "node:assert/strict";
import { test } from "node:test";

import { type Measured, NOTHING_MEASURED, judge } from "../../src/voice/quality.ts";
import { type Entry, Statistics } from "../../src/voice/statistics.ts";

const rows: [measured: Partial<Measured>, connected: boolean, word: string][] = [
  [{}, true, "good"],
  [{}, false, "lost"],
  [{ lostUpPercent: 2, roundTripMs: 80, delayMs: 60 }, true, "good"],
  [{ lostDownPercent: 5 }, true, "fair"],
  [{ roundTripMs: 300, delayMs: 60 }, true, "fair"],
  [{ voices: { carried: 3, speaking: 5 } }, true, "fair"],
  [{ lostUpPercent: 11 }, true, "poor"],
  [{ roundTripMs: 600, delayMs: 200 }, true, "poor"],
];

for (const [measured, connected, word] of rows) {
  test(`${JSON.stringify(measured)}${connected ? "" : " without a link"} is ${word}`, () => {
    assert.equal(judge({ ...NOTHING_MEASURED, ...measured }, connected).word, word);
  });
}

function report(received: number, lost: number, played: number, waited: number): Entry[] {
  const audio = { type: "inbound-rtp", kind: "audio", packetsReceived: received, packetsLost: lost };
  return [
    { ...audio, jitterBufferEmittedCount: played, jitterBufferDelay: waited },
    { type: "inbound-rtp", kind: "video", packetsReceived: 1e6 },
    { type: "transport", selectedCandidatePairId: "P" },
    { type: "candidate-pair", id: "P", currentRoundTripTime: 0.05, localCandidateId: "L" },
    { type: "candidate-pair", id: "Q", currentRoundTripTime: 9 },
    { type: "local-candidate", id: "L", candidateType: "host", protocol: "udp" },
  ];
}

test("statistics cover the time since the previous ones", () => {
  const statistics = new Statistics();
  assert.deepEqual(statistics.since(report(90, 10, 48_000, 2400)), {
    roundTripMs: 50,
    delayMs: 50,
    lostPercent: 10,
    transport: "udp",
  });
  const next = statistics.since(report(190, 10, 96_000, 7200));
  assert.deepEqual([next.delayMs, next.lostPercent], [100, 0]);
  const silent = statistics.since(report(190, 10, 96_000, 7200));
  assert.deepEqual([silent.delayMs, silent.lostPercent], [null, null]);
});

test("recognises a link over TURN or TCP", () => {
  const over = (local: object) => {
    const pair = { type: "candidate-pair", id: "P", selected: true, localCandidateId: "L" };
    return new Statistics().since([pair, { type: "local-candidate", id: "L", ...local }]).transport;
  };
  assert.equal(over({ candidateType: "relay", protocol: "udp" }), "relay");
  assert.equal(over({ candidateType: "host", protocol: "tcp" }), "tcp");
  assert.equal(new Statistics().since([]).transport, null);
});
