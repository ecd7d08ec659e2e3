import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeContext, FakeNode, linkOptions } from "./browser.ts";
import type { KeysToPage, PageToKeys } from "../../src/e2ee/messages.ts";
import type { FromPage, ToPage } from "../../src/voice/control.ts";
import { Encryption } from "../../src/voice/encryption.ts";
import type { EncryptionEvent } from "../../src/voice/encryption_api.ts";
import { openWebRtcLink } from "../../src/voice/webrtc_link.ts";

/** A worker that is ready at once, and whose other answers a test makes. */
class KeysWorker {
  static last: KeysWorker;
  onmessage: ((event: { data: KeysToPage }) => void) | null = null;
  readonly told: PageToKeys[] = [];

  constructor() {
    KeysWorker.last = this;
  }

  postMessage(message: PageToKeys): void {
    this.told.push(message);
    if (message.type === "start") queueMicrotask(() => this.say({ type: "ready", key: "k" }));
  }

  say(data: KeysToPage): void {
    this.onmessage?.({ data });
  }

  terminate(): void {}
}

async function opened({ accepts = true, strict = false } = {}) {
  Object.assign(globalThis, { Worker: KeysWorker, fetch: async () => new Response(new Uint8Array(4)) });
  const [sent, messages, events]: [FromPage[], ToPage[], EncryptionEvent[]] = [[], [], []];
  const effects = {
    accepts,
    send: (message: FromPage) => {
      if (effects.accepts) sent.push(message);
      return effects.accepts;
    },
    message: (message: ToPage) => void messages.push(message),
    changed: () => {},
    event: (event: EncryptionEvent) => void events.push(event),
  };
  const encryption = await Encryption.open("https://voice.example/", { name: "Alice", strict }, effects);
  const worker = KeysWorker.last;
  worker.told.length = 0;
  return { encryption, worker, sent, messages, events, effects };
}

const joined: ToPage = { type: "joined", session: "main", id: 1, name: "Alice", resumed: false, place: null, encrypted: true };
const player = (id: number, name: string): ToPage => ({ type: "player", id, name, rooms: [], self: false });
const slot = (slot: number, player: number | null): ToPage => ({
  type: "slot", slot, player, positional: false, amplitude: 1, priority: "default",
});
const text: Extract<ToPage, { type: "text" }> = { type: "text", id: 2, name: "Bob", to: { room: "lobby" }, text: "\u0001AA" };

test("a slot's player is told by name, and again when its rooms become known", async () => {
  const { encryption, worker } = await opened();
  const speaking: ToPage = { type: "speaking", id: 2, name: "Bob", speaking: true, to: [{ room: "lobby" }, { me: true }] };
  for (const message of [joined, player(2, "Bob"), slot(3, 2), speaking, slot(3, null)]) {
    assert.equal(encryption.take(message), false);
  }
  assert.deepEqual(
    worker.told.filter(({ type }) => type === "slot"),
    [
      { type: "slot", slot: 3, name: "Bob", rooms: [] },
      { type: "slot", slot: 3, name: "Bob", rooms: ["lobby"] },
      { type: "slot", slot: 3, name: null, rooms: [] },
    ],
  );
});

test("a text is shown once it is opened, and not at all if it cannot be", async () => {
  const { encryption, worker, messages } = await opened();
  for (const _ of [1, 2]) assert.equal(encryption.take(text), true);
  worker.say({ type: "text", id: 2, text: "hello" });
  worker.say({ type: "text", id: 1, text: null });
  worker.say({ type: "text", id: 2, text: "again" });
  assert.deepEqual(messages, [{ ...text, text: "hello" }]);
});

test("a text of the page leaves sealed, or not at all", async () => {
  const { encryption, worker, sent, messages } = await opened();
  const own: FromPage = { type: "text", to: { room: "lobby" }, text: "hello" };
  for (const _ of [1, 2]) assert.equal(encryption.intercept(own), true);
  worker.say({ type: "text", id: 1, text: "\u0001BB" });
  worker.say({ type: "text", id: 2, text: null });
  assert.deepEqual(sent, [{ ...own, text: "\u0001BB" }]);
  assert.equal(messages[0]?.type, "problem");
});

test("with an engine in the page texts pass, as its packets are sealed", async () => {
  const { encryption } = await opened();
  encryption.begin(true);
  assert.equal(encryption.take(text), false);
  assert.equal(encryption.intercept({ type: "text", to: { room: "lobby" }, text: "hello" }), false);
});

test("messages of the group wait until the link accepts them, in order", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { worker, sent, effects } = await opened({ accepts: false });
  worker.say({ type: "group", message: new Uint8Array(13_000) });
  worker.say({ type: "group", message: new Uint8Array(1) });
  context.mock.timers.tick(50);
  assert.equal(sent.length, 0);
  effects.accepts = true;
  context.mock.timers.tick(50);
  assert.deepEqual(sent.map((message) => message.type === "group" && (message.more ?? false)), [true, false, false]);
});

test("the worker is told where voice goes", async () => {
  const { encryption, worker } = await opened();
  const open: FromPage = { type: "open", channel: 7, to: { room: "lobby" }, positional: false, amplitude: 1, priority: "default" };
  assert.equal(encryption.intercept(open), false);
  assert.equal(encryption.intercept({ type: "close", channel: 7 }), false);
  assert.deepEqual(worker.told, [
    { type: "targets", targets: [{ room: "lobby" }] },
    { type: "rooms", rooms: ["lobby"] },
    { type: "targets", targets: [] },
    { type: "rooms", rooms: [] },
  ]);
});

test("a report and a compared number go to the worker, and what becomes of the report comes back", async () => {
  const { encryption, worker, events } = await opened();
  encryption.report(["Bob"], "shouting");
  encryption.verify("Bob");
  assert.deepEqual(worker.told.slice(-2), [
    { type: "report", players: ["Bob"], reason: "shouting" },
    { type: "verify", name: "Bob" },
  ]);
  worker.say({ type: "event", event: '{"type":"reportRefused","why":"not-taken"}' });
  worker.say({ type: "event", event: '{"type":"somethingNew"}' });
  assert.deepEqual(events, [{ type: "reportRefused", why: "not-taken" }]);
});

for (const [fallback, strict, code] of [
  [true, false, "no-webrtc"],
  [false, true, "encryption"],
] as const) {
  test(`a browser without transforms of frames says so: ${code}`, async () => {
    const { encryption } = await opened({ strict });
    const microphone = new FakeNode(new FakeContext());
    const options = linkOptions(microphone.context, microphone, new AbortController().signal);
    const info = { ...options.info, fallback };
    await assert.rejects(openWebRtcLink({ ...options, info, encryption }), { code });
  });
}
