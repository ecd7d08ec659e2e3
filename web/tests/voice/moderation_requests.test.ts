import assert from "node:assert/strict";
import { test } from "node:test";

import type { FromPage } from "../../src/voice/control.ts";
import { ModerationRequests } from "../../src/voice/moderation_requests.ts";

test("each request gets its own answer in any order", async () => {
  const said: FromPage[] = [];
  const requests = new ModerationRequests((message) => said.push(message) > 0);
  const kick = requests.ask("Mallory", { action: "kick" }, "shouts");
  const mute = requests.ask("Mallory", { action: "mute", forSeconds: 60 }, "");
  const ban = requests.ask("Mallory", { action: "ban", forSeconds: 3600 }, "again");
  requests.answer(2, "protected");
  requests.answer(1, "done");
  requests.answer(7, "done");
  requests.answer(3, "not-moderator");
  assert.deepEqual([await kick, await mute, await ban], ["done", "protected", "not-moderator"]);
  assert.deepEqual(said, [
    { type: "moderate", id: 1, player: "Mallory", reason: "shouts", action: "kick" },
    { type: "moderate", id: 2, player: "Mallory", reason: "", action: "mute", forSeconds: 60 },
    { type: "moderate", id: 3, player: "Mallory", reason: "again", action: "ban", forSeconds: 3600 },
  ]);
});

test("a request without a connection fails", async () => {
  const unheard = new ModerationRequests(() => false);
  assert.equal(await unheard.ask("Bob", { action: "unmute" }, ""), "failed");
  const lost = new ModerationRequests(() => true);
  const kick = lost.ask("Bob", { action: "kick" }, "");
  lost.fail();
  assert.equal(await kick, "failed");
});
