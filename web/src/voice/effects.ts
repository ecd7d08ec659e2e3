// Effects on voices as text, with the words of native players: "radio strength=0.4, cave". See docs/effects.md.

import { clamp } from "./clamp.ts";

/** What a voice passes, with all settings in their units. */
export interface Effect {
  readonly kind: Kind;
  readonly settings: Readonly<Record<string, number>>;
}

export type Kind = "radio" | "muffle" | "distance" | "megaphone" | "pitch" | "room" | "hall" | "cave";

/** Throws a `RangeError` that lists the known names. */
export function parseEffects(text: string): readonly Effect[] {
  if (["", "off"].includes(text.trim())) return [];
  const parts = text.split(",");
  if (parts.length > EFFECTS_MAX) throw new RangeError(`${parts.length} effects, expected at most ${EFFECTS_MAX}`);
  return parts.map(parseEffect);
}

/** A reverberation, of which all voices in it share one. */
export function isReverb({ kind }: Effect): boolean {
  return kind === "room" || kind === "hall" || kind === "cave";
}

function parseEffect(text: string): Effect {
  const [name = "", ...words] = text.trim().split(/\s+/);
  const preset = PRESETS.get(name);
  if (preset === undefined) throw new RangeError(`unknown effect "${name}", expected one of ${[...PRESETS.keys()].join(", ")}`);
  const settings = { ...preset.settings };
  for (const word of words) {
    const [setting = "", value = ""] = word.split("=");
    const range = RANGES[setting];
    if (range === undefined || !(setting in settings)) {
      const known = Object.keys(settings).join(", ");
      throw new RangeError(`unknown setting "${setting}" of the effect "${name}", expected one of ${known}`);
    }
    const number = value === "" ? NaN : Number(value);
    if (!Number.isFinite(number)) throw new RangeError(`invalid setting "${word}" of the effect "${name}", expected a number`);
    const [least, most] = RANGES[`${preset.kind}.${setting}`] ?? range;
    settings[setting] = clamp(number, least, most, settings[setting] ?? least);
  }
  return { kind: preset.kind, settings };
}

const EFFECTS_MAX = 8;

const RADIO = { strength: 0.8, "tail-ms": 150, "drive-db": 6, "low-hz": 300, "high-hz": 3400 };
const MUFFLE = { "cutoff-hz": 700, "gain-db": -9, "resonance-hz": 250, "resonance-db": 0, wobble: 0 };
const ZONE = { "decay-s": 0.5, brightness: 0.5, modulation: 0.3, level: 0.35 };

/** The presets of `crates/audio/src/effects/presets.rs`. */
const PRESETS: ReadonlyMap<string, { readonly kind: Kind; readonly settings: Record<string, number> }> = new Map([
  ["radio", { kind: "radio", settings: RADIO }],
  ["walkie-talkie", { kind: "radio", settings: { strength: 0.55, "tail-ms": 250, "drive-db": 15, "low-hz": 450, "high-hz": 2800 } }],
  ["wall", { kind: "muffle", settings: MUFFLE }],
  ["helmet", { kind: "muffle", settings: { ...MUFFLE, "cutoff-hz": 2400, "gain-db": -4, "resonance-hz": 900, "resonance-db": 8 } }],
  ["underwater", { kind: "muffle", settings: { "cutoff-hz": 450, "gain-db": -3, "resonance-hz": 180, "resonance-db": 6, wobble: 0.6 } }],
  ["distance", { kind: "distance", settings: { "distance-m": -1, strength: 10 } }],
  ["megaphone", { kind: "megaphone", settings: { "drive-db": 15, "low-hz": 500, "high-hz": 4500 } }],
  ["pitch", { kind: "pitch", settings: { semitones: 0 } }],
  ["deep", { kind: "pitch", settings: { semitones: -5 } }],
  ["high", { kind: "pitch", settings: { semitones: 5 } }],
  ["room", { kind: "room", settings: ZONE }],
  ["hall", { kind: "hall", settings: { "decay-s": 1.8, brightness: 0.45, modulation: 0.5, level: 0.4 } }],
  ["cave", { kind: "cave", settings: { "decay-s": 3.5, brightness: 0.35, modulation: 0.5, level: 0.5 } }],
  ["tunnel", { kind: "hall", settings: { "decay-s": 2.6, brightness: 0.8, modulation: 0.2, level: 0.5 } }],
]);

/** Of each setting, from the least to the most; of some kinds, others. */
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  strength: [0, 1],
  "distance.strength": [0, 100],
  "tail-ms": [0, 1000],
  "drive-db": [0, 30],
  "megaphone.drive-db": [0, 36],
  "low-hz": [100, 1000],
  "megaphone.low-hz": [100, 2000],
  "high-hz": [1000, 8000],
  "megaphone.high-hz": [1000, 12_000],
  "cutoff-hz": [100, 20_000],
  "gain-db": [-40, 12],
  "resonance-hz": [50, 8000],
  "resonance-db": [0, 18],
  wobble: [0, 1],
  "distance-m": [-1, 10_000],
  semitones: [-12, 12],
  "decay-s": [0.1, 20],
  brightness: [0.1, 1],
  modulation: [0, 1],
  level: [0, 2],
};
