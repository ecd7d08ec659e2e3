import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeWorkletNode, PAGE, type Question, settled } from "./browser.ts";
import { silentMicrophoneInput } from "../../src/voice/microphone.ts";
import { sharedSound } from "../../src/voice/sound.ts";

async function silent() {
  const microphone = await silentMicrophoneInput(sharedSound(), "https://voice.example/", {});
  const { port } = FakeWorkletNode.last;
  const asked = (): Question => PAGE.devices.questions.at(-1) ?? assert.fail("no microphone was requested");
  return { microphone, port, asked };
}

/** With that device. */
async function opened(device: string) {
  const { microphone, port, asked } = await silent();
  const chosen = microphone.choose(device);
  const track = asked().allow();
  await chosen;
  return { microphone, port, asked, track };
}

const CLOSED = { message: "The microphone was closed." };

test("a microphone allowed after it was closed is released", async () => {
  const { microphone, asked } = await silent();
  const chosen = microphone.choose("a");
  microphone.close();
  const track = asked().allow();
  await assert.rejects(chosen, CLOSED);
  assert.deepEqual([track.isStopped, microphone.device], [true, null]);
});

test("a closed microphone requests no device any more", async () => {
  const { microphone, track } = await opened("a");
  microphone.close();
  const before = PAGE.devices.questions.length;
  await assert.rejects(microphone.choose("a"), CLOSED);
  await assert.rejects(microphone.process({ echoCancellation: false }), CLOSED);
  PAGE.devices.dispatchEvent(new Event("devicechange"));
  await settled();
  assert.deepEqual([PAGE.devices.questions.length, track.isStopped], [before, true]);
});

test("the later of two choices wins, whichever device opens first", async () => {
  for (const laterIsFirst of [true, false]) {
    const { microphone, asked } = await opened("a");
    const earlier = microphone.choose("b");
    const b = asked();
    const later = microphone.choose("c");
    const c = asked();
    const tracks = laterIsFirst ? [c.allow(), b.allow()] : [b.allow(), c.allow()];
    await Promise.all([earlier, later]);
    assert.equal(microphone.device, "c");
    assert.deepEqual(tracks.filter((track) => !track.isStopped).map((track) => track.device), ["c"]);
    microphone.close();
  }
});

test("a device that cannot be opened leaves the previous one in use, also after a loss", async () => {
  const { microphone, asked, track } = await opened("a");
  const chosen = microphone.choose("b");
  asked().deny("NotReadableError");
  await assert.rejects(chosen, { code: "in-use" });
  assert.deepEqual([microphone.device, track.isStopped], ["a", false]);
  track.dispatchEvent(new Event("ended"));
  assert.equal(asked().device, "a");
  microphone.close();
});

test("a device that the page cannot use is released, and the previous one stays in use", async (context) => {
  const { microphone, asked, track } = await opened("a");
  context.mock.method(sharedSound().context, "createMediaStreamSource", () => {
    throw new DOMException("another rate", "NotSupportedError");
  });
  const chosen = microphone.choose("b");
  const b = asked().allow();
  await assert.rejects(chosen, { code: "in-use" });
  assert.deepEqual([microphone.device, track.isStopped, b.isStopped], ["a", false, true]);
  microphone.close();
});

test("settings changed in two calls are combined, also for a device that is being opened", async () => {
  const { microphone, asked } = await opened("a");
  const all = [microphone.choose("b"), microphone.process({ echoCancellation: false }), microphone.process({ noiseSuppression: false })];
  for (const question of PAGE.devices.questions.slice(-3)) question.allow();
  await Promise.all(all);
  const { echoCancellation, noiseSuppression, autoGainControl } = asked().constraints;
  assert.deepEqual([asked().device, echoCancellation, noiseSuppression, autoGainControl], ["b", false, false, true]);
  assert.equal(microphone.device, "b");
  microphone.close();
});

test("choosing a device while the lost one is being reopened selects the chosen one", async () => {
  const { microphone, asked, track } = await opened("a");
  track.dispatchEvent(new Event("ended"));
  const lost = asked();
  const chosen = microphone.choose("b");
  asked().allow();
  await chosen;
  const late = lost.allow();
  await settled();
  assert.deepEqual([microphone.device, late.isStopped], ["b", true]);
  microphone.close();
});

test("a lost device is not reopened after the microphone is closed", async () => {
  for (const isThere of [true, false]) {
    const { microphone, asked, track } = await opened("a");
    track.dispatchEvent(new Event("ended"));
    const lost = asked();
    microphone.close();
    const late = isThere ? lost.allow() : (lost.deny(), null);
    await settled();
    assert.deepEqual([asked(), late?.isStopped ?? true, microphone.device], [lost, true, null]);
  }
});

test("a lost device that is missing is replaced by any other, whose settings can be changed", async () => {
  const { microphone, asked, track } = await opened("a");
  track.dispatchEvent(new Event("ended"));
  asked().deny();
  await settled();
  assert.equal(asked().device, null);
  asked().allow();
  await settled();
  assert.equal(microphone.device, "default");
  const changed = microphone.process({ noiseSuppression: false });
  assert.equal(asked().device, null);
  asked().allow();
  await changed;
  microphone.close();
});

function heard(samples: number): object {
  return { decibels: -20, isOpen: true, samples: new Float32Array(samples).fill(0.5) };
}

test("a second recording is rejected during the first, which completes", async () => {
  const { microphone, port } = await opened("a");
  const first = microphone.record(1);
  await assert.rejects(microphone.record(1), { message: "Another recording is in progress." });
  for (let block = 0; block < 50; block += 1) port.hear(heard(1000));
  assert.equal((await first).length, 48_000);
  assert.deepEqual(port.said.at(-1), { recording: false });
  const second = microphone.record(0);
  port.hear(heard(128));
  await second;
  microphone.close();
});

test("a recording ends with its microphone", async () => {
  const { microphone } = await opened("a");
  const recording = microphone.record(1);
  microphone.close();
  await assert.rejects(recording, CLOSED);
});

test("a cancelled recording ends at once, and another can begin", async () => {
  const { microphone, port } = await opened("a");
  const giveUp = new AbortController();
  const recording = microphone.record(1, giveUp.signal);
  giveUp.abort(new Error("enough"));
  await assert.rejects(recording, { message: "enough" });
  await assert.rejects(microphone.record(1, giveUp.signal), { message: "enough" });
  const another = microphone.record(0);
  port.hear(heard(128));
  await another;
  microphone.close();
});

test("a microphone closed in the middle of a word is silent", async () => {
  const { microphone, port } = await opened("a");
  port.hear(heard(128));
  assert.deepEqual([microphone.isOpen, microphone.level > 0], [true, true]);
  const told: boolean[] = [];
  microphone.events.on("speech", () => told.push(microphone.isOpen));
  microphone.close();
  port.hear(heard(128));
  assert.deepEqual([microphone.isOpen, microphone.level, told], [false, 0, [false]]);
});

test("closing a microphone ends its worklet, which would otherwise run as long as the page", async () => {
  const { microphone, port } = await opened("a");
  microphone.close();
  assert.deepEqual(port.said.at(-1), { isOver: true });
});
