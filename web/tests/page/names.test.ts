import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import vm from "node:vm";

import { summarise } from "../../src/page/announcements.ts";
import { initial, inText, listed, visible } from "../../src/page/names.ts";
import { WORDS } from "../../src/page/words.ts";

const [LRM, RLO, PDI, FSI, ZWSP, ZWJ, ZWNJ] = ["\u200e", "\u202e", "\u2069", "\u2068", "\u200b", "\u200d", "\u200c"] as const;
const HEBREW = "\u05d0\u05d1\u05d2";

test("escapes invisible characters and directional marks in a name", () => {
  const cases: [string, string][] = [
    ["Alice", "Alice"],
    [`Alice${ZWSP}`, "Alice\\u{200b}"],
    [`${RLO}ecilA`, "\\u{202e}ecilA"],
    [`Bob${PDI}${LRM}`, "Bob\\u{2069}\\u{200e}"],
    ["Bob\nEve\u0000\u2028", "Bob\\u{a}Eve\\u{0}\\u{2028}"],
    ["\u3164\u{e0041}\u2800", "\\u{3164}\\u{e0041}\\u{2800}"],
    [`Al${ZWJ}ice`, "Al\\u{200d}ice"],
    ["A\ufe0f", "A\\u{fe0f}"],
  ];
  for (const [name, shown] of cases) assert.equal(visible(name), shown);
});

test("keeps joiners and selectors that change the shape", () => {
  const family = `\u{1f468}${ZWJ}\u{1f469}${ZWJ}\u{1f467}`;
  for (const name of [family, "\u2764\ufe0f", "1\ufe0f\u20e3", `\u0645\u06cc${ZWNJ}\u062e`]) assert.equal(visible(name), name);
  assert.equal(visible(`${family}${ZWJ}`), `${family}\\u{200d}`);
});

test("isolates names with right-to-left text, and leaves others unchanged", () => {
  assert.equal(inText("Alice"), "Alice");
  assert.equal(inText(HEBREW), FSI + HEBREW + PDI);
  assert.equal(listed([HEBREW, "Bob", `${PDI}${HEBREW}`]), `${FSI}${HEBREW}${PDI}, Bob, ${FSI}\\u{2069}${HEBREW}${PDI}`);
});

test("sentences and labels isolate the names in them", () => {
  const name = HEBREW + RLO;
  const isolated = `${FSI}${HEBREW}\\u{202e}${PDI}`;
  const all = [WORDS.player.mute(name), WORDS.player.volume(name), WORDS.map.label(name, "right here"), WORDS.rooms.enter(name)];
  for (const words of [...all, WORDS.banner.moved("lobby", name), summarise([{ name, came: true }])]) assert.ok(words.includes(isolated), words);
});

test("a visible letter represents a player", () => {
  assert.deepEqual([initial(`${RLO}  bob`), initial(`${ZWSP} `), initial("\u{1f98a}x")], ["B", "?", "\u{1f98a}"]);
});

test("the operators' pages show names in the same way, and escape joiners and selectors of emoji too", () => {
  const frame = readFileSync(new URL("../../../../crates/inspector/src/web_page/frame.js", import.meta.url), "utf8");
  const named = vm.runInNewContext(`${frame}; named`) as (name: string) => string;
  for (const name of ["Alice", `Alice${ZWSP}`, `${RLO}ecilA`, `Bob${PDI}`, "Bob\nEve", HEBREW, `${PDI}${HEBREW}`])
    assert.equal(named(name), inText(name));
  assert.equal(named("\u2764\ufe0f"), "\u2764\\u{fe0f}");
  const sentence = vm.runInNewContext(`${frame}; sentence`) as (words: string) => string;
  assert.equal(sentence(`${HEBREW} 12 ${HEBREW} hears Bob${RLO}, not ${HEBREW}.`), `${FSI}${HEBREW} 12 ${HEBREW}${PDI} hears Bob\\u{202e}, not ${FSI}${HEBREW}${PDI}.`);
});
