import assert from "node:assert/strict";
import { test } from "node:test";

import { PAGE, settled } from "./browser.ts";
import { connect, openOutput } from "../../src/voice/connect.ts";
import { sharedSound } from "../../src/voice/sound.ts";

const PLAYER = { session: "main", name: "Alice", slots: 2 };

test("cancelling during the browser's prompt rejects at once, and a microphone allowed afterwards is released", async () => {
  const giveUp = new AbortController();
  const joining = connect({ ...PLAYER, signal: giveUp.signal });
  joining.catch(() => {});
  await settled();
  giveUp.abort();
  await assert.rejects(joining, { code: "left" });
  const track = PAGE.devices.questions.at(-1)?.allow();
  await settled();
  assert.equal(track?.isStopped, true);
});

test("a cancelled attempt requests no microphone", async () => {
  const before = PAGE.devices.questions.length;
  await assert.rejects(connect({ ...PLAYER, signal: AbortSignal.abort() }), { code: "left" });
  assert.equal(PAGE.devices.questions.length, before);
});

test("a denied microphone is reported as such, with and without a signal", async () => {
  for (const signal of [undefined, new AbortController().signal]) {
    const joining = connect(signal === undefined ? PLAYER : { ...PLAYER, signal });
    joining.catch(() => {});
    await settled();
    PAGE.devices.questions.at(-1)?.deny("NotAllowedError");
    await assert.rejects(joining, { code: "denied", name: "VoiceProblem" });
  }
});

test("missing files and an unusable loudspeaker are problems with a message", async (context) => {
  const { context: audio } = sharedSound();
  context.mock.method(audio.audioWorklet, "addModule", () => Promise.reject(new DOMException("", "AbortError")));
  const assets = "https://elsewhere.example/";
  await assert.rejects(connect({ ...PLAYER, assets }), { code: "no-worklet", name: "VoiceProblem" });
  Object.assign(audio, { setSinkId: () => Promise.reject(new DOMException("", "NotFoundError")) });
  await assert.rejects(openOutput({ device: "gone" }), { code: "other", name: "VoiceProblem" });
  const listening = { ...PLAYER, microphone: false, output: "gone" } as const;
  await assert.rejects(connect(listening), { code: "other", name: "VoiceProblem" });
});

test("a gesture is awaited once, however often sound stops", (context) => {
  const { context: audio } = sharedSound();
  const waiting = new Set<unknown>();
  context.mock.method(PAGE.document, "addEventListener", (_: string, handler: unknown) => waiting.add(handler));
  Object.assign(audio, { state: "suspended" });
  for (let time = 0; time < 3; time += 1) audio.dispatchEvent(new Event("statechange"));
  Object.assign(audio, { state: "running" });
  assert.equal(waiting.size, 1);
});
