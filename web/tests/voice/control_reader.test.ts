import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { readMessage } from "../../src/voice/control_reader.ts";

const page = readFileSync("../docs/browser/control.md", "utf8");
const toPage = page.slice(page.indexOf("\n## To the page"));
const examples = toPage.split("\n").filter((line) => line.startsWith("{"));

test("parses every message to a page in docs/browser/control.md, key by key", () => {
  assert.ok(examples.length > 30);
  for (const example of examples) {
    const read = readMessage(example);
    assert.ok(read, example);
    const said = JSON.parse(example);
    if (said.type === "channels") continue;
    for (const [key, value] of Object.entries(said)) {
      assert.deepEqual((read as Record<string, unknown>)[key], value, `${key} of ${example}`);
    }
  }
});

test("absent optional keys are false or null", () => {
  assert.deepEqual(readMessage('{"type":"player","id":0,"name":"Bob","rooms":[]}'), {
    type: "player",
    id: 0,
    name: "Bob",
    rooms: [],
    self: false,
  });
  assert.deepEqual(readMessage('{"type":"speaking","id":0,"name":"Bob","speaking":false}'), {
    type: "speaking",
    id: 0,
    name: "Bob",
    speaking: false,
    to: [],
  });
});

test("a refusal with an unknown cause is still a refusal", () => {
  const refused = readMessage('{"type":"refused","code":"tuesday","message":"not on Tuesdays","retryInMs":null}');
  assert.equal(refused?.type === "refused" && refused.code, "other");
});

test("a refusal carries the end of a ban and a redirect if the server sends them", () => {
  const banned = '{"type":"refused","code":"banned","message":"","retryInMs":null,"until":2000000000}';
  const draining = '{"type":"refused","code":"closing","message":"","retryInMs":null,"redirect":"wss://b.example/main"}';
  const fields = [banned, draining].map(readMessage).map((read) => read?.type === "refused" && [read.until, read.redirect]);
  assert.deepEqual(fields, [
    [2000000000, null],
    [null, "wss://b.example/main"],
  ]);
});

for (const bad of [
  "",
  "null",
  "[]",
  "{",
  '{"type":7}',
  '{"type":"constructor"}',
  '{"type":"__proto__"}',
  '{"type":"tuesday"}',
  '{"type":"left","id":"0","name":"Bob"}',
  '{"type":"player","id":0,"name":"Bob","rooms":[1]}',
  '{"type":"slot","slot":16,"player":0,"positional":false,"amplitude":1,"priority":"default"}',
  '{"type":"slot","slot":0.5,"player":0,"positional":false,"amplitude":1,"priority":"default"}',
  '{"type":"slot","slot":0,"player":0,"positional":false,"amplitude":1e999,"priority":"default"}',
  '{"type":"text","id":0,"name":"Bob","to":{},"text":"hello"}',
]) {
  test(`ignores the malformed message ${bad}`, () => assert.equal(readMessage(bad), undefined));
}
