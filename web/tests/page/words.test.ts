import assert from "node:assert/strict";
import test from "node:test";

import { browserOf, microphoneAdvice } from "../../src/page/problem_words.ts";
import { describe } from "../../src/page/player_row.ts";
import { voiceStatus, type Circumstances } from "../../src/page/voice_status.ts";
import type { Intent } from "../../src/page/talk_plan.ts";
import { duration, inTime } from "../../src/page/words.ts";

test("recognises browsers by their user agent", () => {
  const cases = {
    chrome: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
    edge: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0",
    firefox: "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0",
    safari:
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15",
    ios: "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/156.0 Mobile/15E148 Safari/604.1",
    android:
      "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36",
    other: "curl/8",
  };
  for (const [browser, userAgent] of Object.entries(cases)) assert.equal(browserOf(userAgent), browser);
});

test("advice for plain HTTP contains the working address", () => {
  const { title, steps } = microphoneAdvice("insecure", "chrome", "voice.example.org");
  assert.equal(title, "The microphone is off because this page came over plain HTTP.");
  assert.ok(steps.some((step) => step.includes("https://voice.example.org")));
});

test("describes in one sentence which rooms hear the user", () => {
  const intent: Intent = {
    activation: "voice",
    rooms: new Set(["lobby"]),
    isHeld: false,
    whisperTo: null,
    isPositional: false,
  };
  const fine: Circumstances = { isMuted: false, isConnected: true, key: "Space" };
  const cases: [Partial<Intent>, Partial<Circumstances>, string][] = [
    [{}, {}, "Speak, and lobby hears you."],
    [{ rooms: new Set(["lobby", "team"]) }, {}, "Speak, and lobby and team hear you."],
    [{ activation: "push-to-talk" }, {}, "Hold Space or the button to talk to lobby."],
    [{ activation: "push-to-talk" }, { key: null }, "Hold the button to talk to lobby."],
    [{ activation: "push-to-talk", isHeld: true }, {}, "You talk to lobby."],
    [{ activation: "open", rooms: new Set("abcd") }, {}, "4 rooms hear everything here."],
    [{ rooms: new Set() }, {}, "You talk to no room. Choose “Talk” in one."],
    [{ whisperTo: "Bob" }, {}, "Only Bob hears you."],
    [{ whisperTo: "Bob" }, { isMuted: true }, "You are muted."],
    [{}, { isMuted: true, isConnected: false }, "You are not heard until the connection is back."],
  ];
  for (const [wanted, circumstances, sentence] of cases)
    assert.equal(voiceStatus({ ...intent, ...wanted }, { ...fine, ...circumstances }), sentence);
});

test("the line below a name describes the target of its voice", () => {
  const player = { isSelf: false, muted: false, speaking: true, to: [] };
  assert.equal(describe({ ...player, speaking: false }), "");
  assert.equal(describe({ ...player, to: [{ room: "lobby" }, { room: "team" }] }), "speaks to lobby, team");
  assert.equal(describe({ ...player, to: [{ me: true }] }), "whispers to you");
  assert.equal(describe({ ...player, to: [{ me: true }], muted: true }), "muted by you");
  assert.equal(describe({ ...player, isSelf: true }), "speaks");
});

test("formats durations", () => {
  const cases: [number, string][] = [
    [400, "now"],
    [1000, "in 1 second"],
    [45_000, "in 45 seconds"],
    [300_000, "in 5 minutes"],
    [7_200_000, "in 2 hours"],
    [400_000_000, "in 5 days"],
  ];
  for (const [ms, words] of cases) assert.equal(inTime(ms), words);
  assert.equal(duration(-5), "0 seconds");
});
