import assert from "node:assert/strict";
import test from "node:test";

import { canBeSent, ChatLog, CONVERSATIONS_MAX, MESSAGES_MAX } from "../../src/page/chat_log.ts";

const from = (name: string) => ({ from: name, isMine: false, text: "hello", at: 0 });

test("lists conversations with unread counts, rooms before players", () => {
  const log = new ChatLog();
  log.add({ player: "Bob" }, from("Bob"), false);
  log.begin({ room: "lobby" });
  log.add({ room: "lobby" }, from("Ann"), true);
  log.add({ player: "Bob" }, from("Bob"), false);
  assert.deepEqual(
    log.conversations.map((one) => [one.with, one.messages.length, one.unread]),
    [
      [{ room: "lobby" }, 1, 0],
      [{ player: "Bob" }, 2, 2],
    ],
  );
  assert.equal(log.unread, 2);
  log.read({ player: "Bob" });
  assert.equal(log.unread, 0);
});

test("leaving a room removes its conversation only if it is empty", () => {
  const log = new ChatLog();
  log.begin({ room: "lobby" });
  log.add({ room: "team" }, from("Ann"), true);
  log.end({ room: "lobby" });
  log.end({ room: "team" });
  assert.deepEqual(
    log.conversations.map((one) => one.with),
    [{ room: "team" }],
  );
});

test("bounds messages and conversations", () => {
  const log = new ChatLog();
  for (let index = 0; index < MESSAGES_MAX + 20; index += 1) log.add({ room: "lobby" }, from("Ann"), true);
  const { messages } = log.get({ room: "lobby" });
  assert.equal(messages.length, MESSAGES_MAX);
  assert.equal(messages[0]?.number, 21, "the oldest is removed");
  for (let index = 0; index < CONVERSATIONS_MAX + 20; index += 1)
    log.add({ player: `stranger ${index}` }, from("x"), false);
  assert.equal(log.conversations.length, CONVERSATIONS_MAX);
});

test("an empty conversation is removed in favour of a new one", () => {
  const log = new ChatLog();
  for (let index = 0; index < CONVERSATIONS_MAX; index += 1) log.begin({ room: `room ${index}` });
  assert.equal(log.begin({ player: "Bob" }), true);
  assert.equal(log.conversations.length, CONVERSATIONS_MAX);
});

test("a text can be sent if it is not empty and within the limit", () => {
  for (const [text, can] of [
    ["", false],
    ["  \n", false],
    ["a", true],
    ["a".repeat(998), true],
    ["a".repeat(999), false],
    ["ü".repeat(500), false],
  ] as const)
    assert.equal(canBeSent(text), can, text.slice(0, 5));
});
