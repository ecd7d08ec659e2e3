import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { airCutoffHz } from "../../src/voice/effect_nodes.ts";
import { parseEffects } from "../../src/voice/effects.ts";
import { response } from "../../src/voice/zones.ts";

test("a text names effects in their order and what differs from the preset", () => {
  const [radio, cave] = parseEffects(" radio strength=0.25  tail-ms=0,cave ");
  assert.deepEqual(radio, {
    kind: "radio",
    settings: { strength: 0.25, "tail-ms": 0, "drive-db": 6, "low-hz": 300, "high-hz": 3400 },
  });
  assert.equal(cave?.kind, "cave");
  for (const text of ["", " ", "off"]) assert.deepEqual(parseEffects(text), []);
});

test("settings beyond their range are brought into it, which differs by effect", () => {
  const settings = (text: string) => parseEffects(text)[0]?.settings;
  assert.equal(settings("radio strength=7")?.["strength"], 1);
  assert.equal(settings("distance strength=7")?.["strength"], 7);
  assert.equal(settings("radio low-hz=5000")?.["low-hz"], 1000);
  assert.equal(settings("megaphone low-hz=5000")?.["low-hz"], 2000);
});

test("what is not known is answered with what there is", () => {
  assert.throws(() => parseEffects("rdio"), /RangeError: unknown effect "rdio", expected one of radio, walkie-talkie, .*cave/);
  assert.throws(() => parseEffects("radio strenght=1"), /expected one of strength, tail-ms, drive-db/);
  for (const text of ["radio strength", "radio strength=", "radio strength=high", "radio strength=Infinity"])
    assert.throws(() => parseEffects(text), /invalid setting/, text);
  for (const text of [",", "radio,", "Radio", "radio;wall"]) assert.throws(() => parseEffects(text), /unknown effect/, text);
  assert.throws(() => parseEffects(Array(9).fill("wall").join()), /at most 8/);
});

test("the presets are those of native players", () => {
  const source = readFileSync(new URL("../../../../crates/audio/src/effects/presets.rs", import.meta.url), "utf8");
  const native = [...source.matchAll(/^ {4}\("([a-z-]+)", VoiceEffect::\w+/gm)];
  assert.equal(native.length, 14);
  for (const [, name = ""] of native) assert.equal(parseEffects(name).length, 1, name);
});

test("air takes what the table of ISO 9613-1 says", () => {
  for (const [hz, dbPerKm] of [[1000, 4.66], [4000, 29.7], [8000, 105]] as const)
    assert.ok(Math.abs(airCutoffHz(3000 / dbPerKm) / hz - 1) < 0.02, `${hz} Hz`);
});

test("the response of a zone dies away by 60 dB in the time that is set, and has no more power than what comes in", () => {
  const rate = 48_000;
  const samples = response(rate, 1, 0.026, 2, 0.5);
  const power = (fromS: number, toS: number) => {
    const part = samples.slice(fromS * rate, toS * rate);
    return part.reduce((sum, sample) => sum + sample * sample, 0);
  };
  assert.ok(Math.abs(power(0, 3) - 1) < 1e-3);
  assert.equal(power(0, 0.025), 0);
  const fallenDb = 10 * Math.log10(power(0.4, 0.6) / power(1.4, 1.6));
  assert.ok(Math.abs(fallenDb - 30) < 2, `${fallenDb} dB in a second`);
  assert.notDeepEqual(samples.slice(2000, 2010), response(rate, 2, 0.026, 2, 0.5).slice(2000, 2010));
});
