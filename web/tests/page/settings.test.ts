import assert from "node:assert/strict";
import test from "node:test";

import { DEFAULTS, ofPlayer, readSettings, withPlayer, type Settings } from "../../src/page/settings.ts";

test("settings survive storage", () => {
  const settings: Settings = {
    ...DEFAULTS,
    name: "Ann",
    theme: "dark",
    activation: "open",
    key: "KeyV",
    threshold: 0.5,
    microphone: "id",
    players: [["Bob", { volume: 0.5, muted: true }]],
  };
  assert.deepEqual(readSettings(JSON.stringify(settings)), settings);
});

test("invalid stored values become the default", () => {
  for (const stored of [
    null,
    "",
    "{",
    "null",
    "7",
    "[]",
    '{"theme":"pink","volume":3,"threshold":"high","activation":1,"key":"","players":[1]}',
    '{"volume":null,"name":{}}',
  ])
    assert.deepEqual(readSettings(stored), DEFAULTS, String(stored));
});

test("keeps a player's settings under any name", () => {
  for (const name of ["Bob", "__proto__", "constructor", ""]) {
    const settings = readSettings(JSON.stringify(withPlayer(DEFAULTS, name, { volume: 0.25, muted: false })));
    assert.deepEqual(ofPlayer(settings, name), { volume: 0.25, muted: false }, name);
    assert.deepEqual(ofPlayer(settings, "toString"), { volume: 1, muted: false });
  }
});

test("a muted player stays muted when many others' volumes change", () => {
  let settings = withPlayer(DEFAULTS, "Mallory", { volume: 1, muted: true });
  for (let index = 0; index < 100; index += 1)
    settings = withPlayer(settings, `player ${index}`, { volume: 0.5, muted: false });
  assert.equal(settings.players.length, 100);
  assert.equal(ofPlayer(settings, "Mallory").muted, true);
  assert.equal(ofPlayer(settings, "player 0").volume, 1);
  assert.equal(ofPlayer(settings, "player 1").volume, 0.5);
});

test("at the limit, a volume removes no mute, and only another mute removes the oldest", () => {
  let settings: Settings = DEFAULTS;
  for (let index = 0; index < 100; index += 1) settings = withPlayer(settings, `player ${index}`, { volume: 1, muted: true });
  settings = withPlayer(settings, "Bob", { volume: 0.5, muted: false });
  assert.deepEqual([ofPlayer(settings, "player 0").muted, ofPlayer(settings, "Bob").volume], [true, 1]);
  settings = withPlayer(settings, "Bob", { volume: 1, muted: true });
  assert.deepEqual([ofPlayer(settings, "player 0").muted, ofPlayer(settings, "Bob").muted], [false, true]);
  assert.equal(settings.players.length, 100);
});

test("removes the settings changed longest ago above the limit, and stores no defaults", () => {
  let settings: Settings = DEFAULTS;
  for (let index = 0; index < 150; index += 1)
    settings = withPlayer(settings, `player ${index}`, { volume: 0.5, muted: false });
  assert.equal(settings.players.length, 100);
  assert.equal(ofPlayer(settings, "player 49").volume, 1);
  assert.equal(ofPlayer(settings, "player 149").volume, 0.5);
  assert.equal(withPlayer(settings, "player 149", { volume: 1, muted: false }).players.length, 99);
});

test("a numeric name is remembered as long as any other", () => {
  let settings: Settings = DEFAULTS;
  for (let index = 0; index < 99; index += 1)
    settings = withPlayer(settings, `player ${index}`, { volume: 0.5, muted: false });
  for (const name of ["1337", "Bob"]) {
    settings = readSettings(JSON.stringify(withPlayer(settings, name, { volume: 0.5, muted: false })));
  }
  const volumes = ["1337", "Bob", "player 0", "player 1"].map((name) => ofPlayer(settings, name).volume);
  assert.deepEqual(volumes, [0.5, 0.5, 1, 0.5]);
});

test("reads players stored by name, and ignores invalid ones", () => {
  const read = (players: unknown) => readSettings(JSON.stringify({ ...DEFAULTS, players })).players;
  const [bob, ann] = [{ volume: 0.5, muted: true }, { volume: 2, muted: false }];
  assert.deepEqual(read({ Bob: bob, Ann: ann }), [["Bob", bob], ["Ann", ann]]);
  assert.deepEqual(read([["Bob", bob], 7, ["Ann"], [1, ann], null, ["Ann", { ...ann, muted: 1 }]]), [["Bob", bob], ["Ann", ann]]);
  assert.deepEqual(read([["Bob", ann], ["Ann", ann], ["Bob", bob]]), [["Ann", ann], ["Bob", bob]]);
});
