import assert from "node:assert/strict";
import test from "node:test";

import { canBeSent, ChatLog, CONVERSATIONS_MAX, MESSAGES_MAX } from "../../src/page/chat_log.ts";

const from = (name: string) => ({ from: name, isMine: false, text: "hello", at: 0 });

test("texts stand in their conversations, rooms before players, with what is unread", () => {
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

test("a room is forgotten with its end only if nothing was said in it", () => {
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

test("messages and conversations are bounded whatever strangers send", () => {
  const log = new ChatLog();
  for (let index = 0; index < MESSAGES_MAX + 20; index += 1) log.add({ room: "lobby" }, from("Ann"), true);
  const { messages } = log.get({ room: "lobby" });
  assert.equal(messages.length, MESSAGES_MAX);
  assert.equal(messages[0]?.number, 21, "the oldest went");
  for (let index = 0; index < CONVERSATIONS_MAX + 20; index += 1)
    log.add({ player: `stranger ${index}` }, from("x"), false);
  assert.equal(log.conversations.length, CONVERSATIONS_MAX);
});

test("an empty conversation makes room for another one", () => {
  const log = new ChatLog();
  for (let index = 0; index < CONVERSATIONS_MAX; index += 1) log.begin({ room: `room ${index}` });
  assert.equal(log.begin({ player: "Bob" }), true);
  assert.equal(log.conversations.length, CONVERSATIONS_MAX);
});

test("a text is sent if there is something in it and the session carries it", () => {
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
