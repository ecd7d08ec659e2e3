// What this browser remembers between visits. Secrets are never included.

import type { Activation } from "../voice/index.ts";

export type Theme = "system" | "light" | "dark";

export interface Settings {
  name: string;
  theme: Theme;
  activation: Activation;
  /** The push-to-talk key, as `KeyboardEvent.code`. */
  key: string;
  /** The threshold of voice activation, 0…1 on the scale of levels. */
  threshold: number;
  /** Device ids; null for the system's default. */
  microphone: string | null;
  output: string | null;
  echoCancellation: boolean;
  noiseSuppression: boolean;
  autoGainControl: boolean;
  /** Whether a phone's screen stays on in the room. */
  screenOn: boolean;
  /** Whether what players say is shown as text, where a player of the session writes it down. */
  captions: boolean;
  /** The volume of all players, 0…2. */
  volume: number;
  /** Settings of single players, each name once, the latest last; an object would list names like "7" first. */
  players: NamedSettings[];
}

export interface PlayerSettings {
  /** 0…2; 1 is as sent. */
  volume: number;
  muted: boolean;
}

export type NamedSettings = [name: string, player: PlayerSettings];

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
  captions: false,
  volume: 1,
  players: [],
};

/** Parses stored settings, with the default for each missing or invalid value. */
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
    captions: flag(found["captions"]) ?? DEFAULTS.captions,
    volume: within(found["volume"], 0, 2) ?? DEFAULTS.volume,
    players: readPlayers(found["players"]),
  };
}

/** The settings with one player's replaced. Above the limit, those changed longest ago are removed, mutes after all others. */
export function withPlayer(settings: Settings, name: string, player: PlayerSettings): Settings {
  const others = settings.players.filter(([other]) => other !== name);
  const isDefault = player.volume === 1 && !player.muted;
  return { ...settings, players: kept(isDefault ? others : [...others, [name, player]]) };
}

/** The settings of one player; the defaults if there are none. */
export function ofPlayer(settings: Settings, name: string): PlayerSettings {
  return settings.players.find(([other]) => other === name)?.[1] ?? { volume: 1, muted: false };
}

/** Stores the settings in the browser, and works without storage if it is forbidden. */
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

/** Pairs of name and settings; pages of older servers stored an object. */
function readPlayers(found: unknown): NamedSettings[] {
  const pairs: unknown[] = Array.isArray(found) ? found : Object.entries(record(found));
  const named = pairs.flatMap((pair): NamedSettings[] => {
    const [name, player] = Array.isArray(pair) && pair.length === 2 ? (pair as [unknown, unknown]) : [];
    return typeof name === "string" ? [[name, readPlayer(record(player))]] : [];
  });
  const last = new Map(named.map(([name], index) => [name, index]));
  return kept(named.filter(([name], index) => last.get(name) === index));
}

function readPlayer(found: Record<string, unknown>): PlayerSettings {
  return { volume: within(found["volume"], 0, 2) ?? 1, muted: flag(found["muted"]) ?? false };
}

/** Trims to the limit: a muted player must not be heard again because of another player's volume. */
function kept(entries: NamedSettings[]): NamedSettings[] {
  const tooMany = Math.max(0, entries.length - PLAYERS_MAX);
  const [quieter, muted] = [entries.filter(([, player]) => !player.muted), entries.filter(([, player]) => player.muted)];
  const gone = new Set([...quieter, ...muted].slice(0, tooMany));
  return entries.filter((entry) => !gone.has(entry));
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
