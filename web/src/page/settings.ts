// What this browser remembers from visit to visit. No secret is ever among it.

import type { Activation } from "../voice/index.ts";

export type Theme = "system" | "light" | "dark";

export interface Settings {
  name: string;
  theme: Theme;
  activation: Activation;
  /** The key that is held to talk, as `KeyboardEvent.code`. */
  key: string;
  /** Of voice activation, 0…1 on the scale of levels. */
  threshold: number;
  /** Device ids; null for the system's choice. */
  microphone: string | null;
  output: string | null;
  echoCancellation: boolean;
  noiseSuppression: boolean;
  autoGainControl: boolean;
  /** Whether a phone's screen stays on in the room. */
  screenOn: boolean;
  /** How loud all players are, 0…2. */
  volume: number;
  /** What was set for single players, by name; the latest last. */
  players: Record<string, PlayerSettings>;
}

export interface PlayerSettings {
  /** 0…2; 1 is as sent. */
  volume: number;
  muted: boolean;
}

export const DEFAULTS: Readonly<Settings> = {
  name: "",
  theme: "system",
  activation: "voice",
  key: "Space",
  threshold: 0.35,
  microphone: null,
  output: null,
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
  screenOn: true,
  volume: 1,
  players: {},
};

/** Settings out of what was stored, with the default for whatever is missing or makes no sense. */
export function readSettings(stored: string | null): Settings {
  const found = record(parse(stored));
  return {
    name: text(found["name"], 128) ?? DEFAULTS.name,
    theme: oneOf(found["theme"], ["system", "light", "dark"]) ?? DEFAULTS.theme,
    activation: oneOf(found["activation"], ["push-to-talk", "voice", "open"]) ?? DEFAULTS.activation,
    key: text(found["key"], 32) || DEFAULTS.key,
    threshold: within(found["threshold"], 0, 1) ?? DEFAULTS.threshold,
    microphone: text(found["microphone"], 512),
    output: text(found["output"], 512),
    echoCancellation: flag(found["echoCancellation"]) ?? DEFAULTS.echoCancellation,
    noiseSuppression: flag(found["noiseSuppression"]) ?? DEFAULTS.noiseSuppression,
    autoGainControl: flag(found["autoGainControl"]) ?? DEFAULTS.autoGainControl,
    screenOn: flag(found["screenOn"]) ?? DEFAULTS.screenOn,
    volume: within(found["volume"], 0, 2) ?? DEFAULTS.volume,
    players: readPlayers(record(found["players"])),
  };
}

/** The settings with one player's set anew. Of too many those that were changed longest ago go, mutes after all others. */
export function withPlayer(settings: Settings, name: string, player: PlayerSettings): Settings {
  const { [name]: _, ...others } = settings.players;
  const entries = Object.entries(others);
  const isDefault = player.volume === 1 && !player.muted;
  return { ...settings, players: kept(isDefault ? entries : [...entries, [name, player]]) };
}

/** The settings of one player; the defaults if none were set. */
export function ofPlayer(settings: Settings, name: string): PlayerSettings {
  return (Object.hasOwn(settings.players, name) && settings.players[name]) || { volume: 1, muted: false };
}

/** Keeps the settings in the browser's storage, and works without it where it is forbidden. */
export class Memory {
  settings: Settings;

  constructor() {
    this.settings = readSettings(attempt(() => localStorage.getItem(STORAGE_KEY)));
  }

  change(part: Partial<Settings>): void {
    this.settings = { ...this.settings, ...part };
    attempt(() => localStorage.setItem(STORAGE_KEY, JSON.stringify(this.settings)));
  }
}

const STORAGE_KEY = "consonance";
/** Players whose settings are remembered. */
const PLAYERS_MAX = 100;

function attempt<T>(action: () => T): T | null {
  try {
    return action();
  } catch {
    return null;
  }
}

function parse(stored: string | null): unknown {
  return attempt(() => JSON.parse(stored ?? "null") as unknown);
}

function readPlayers(found: Record<string, unknown>): Record<string, PlayerSettings> {
  const entries = Object.entries(found).map(([name, value]): [string, PlayerSettings] => {
    const player = record(value);
    return [name, { volume: within(player["volume"], 0, 2) ?? 1, muted: flag(player["muted"]) ?? false }];
  });
  return kept(entries);
}

/** As many as are remembered: whom somebody has muted is not heard again for somebody else's volume. */
function kept(entries: [string, PlayerSettings][]): Record<string, PlayerSettings> {
  const tooMany = Math.max(0, entries.length - PLAYERS_MAX);
  const [quieter, muted] = [entries.filter(([, player]) => !player.muted), entries.filter(([, player]) => player.muted)];
  const gone = new Set([...quieter, ...muted].slice(0, tooMany));
  return Object.fromEntries(entries.filter((entry) => !gone.has(entry)));
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function text(value: unknown, maxLength: number): string | null {
  return typeof value === "string" && value.length <= maxLength ? value : null;
}

function flag(value: unknown): boolean | null {
  return typeof value === "boolean" ? value : null;
}

function within(value: unknown, from: number, to: number): number | null {
  return typeof value === "number" && value >= from && value <= to ? value : null;
}

function oneOf<T extends string>(value: unknown, choices: readonly T[]): T | null {
  return choices.find((choice) => choice === value) ?? null;
}
