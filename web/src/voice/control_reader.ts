// Parses control messages: the only place where text from the network becomes a `ToPage`.

import type { VoiceSource } from "./api.ts";
import type { ToPage } from "./control.ts";
import { isObject } from "./json.ts";

/** The message; undefined if it is malformed or of an unknown kind. */
export function readMessage(text: string): ToPage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value) || typeof value["type"] !== "string") return undefined;
  const fields = FIELDS.get(value["type"]);
  if (fields === undefined) return undefined;
  const message: Record<string, unknown> = { type: value["type"] };
  for (const [name, read] of Object.entries(fields)) {
    const field = read(value[name]);
    if (field === undefined) return undefined;
    message[name] = field;
  }
  // Each key of this type was parsed by the reader in `FIELDS` for its kind.
  return message as ToPage;
}

/** Returns the parsed value; undefined if it is invalid. */
type Read<T> = (value: unknown) => T | undefined;

type Fields<M> = { readonly [K in Exclude<keyof M, "type">]-?: Read<M[K]> };

type Readers = { readonly [T in ToPage["type"]]: Fields<Extract<ToPage, { type: T }>> };

const text: Read<string> = (value) => (typeof value === "string" ? value : undefined);
/** JSON can contain numbers that overflow to infinity. */
const number: Read<number> = (value) => (typeof value === "number" && Number.isFinite(value) ? value : undefined);
const flag: Read<boolean> = (value) => (typeof value === "boolean" ? value : undefined);
/** An absent key is false. */
const mark: Read<boolean> = (value) => (value === undefined ? false : flag(value));
const orNull =
  <T>(read: Read<T>): Read<T | null> =>
  (value) =>
    value === null || value === undefined ? null : read(value);
const list =
  <T>(read: Read<T>): Read<T[]> =>
  (value) => {
    if (value === undefined) return [];
    if (!Array.isArray(value)) return undefined;
    const items = value.map(read);
    return items.every((item) => item !== undefined) ? items : undefined;
  };
const word =
  <const W extends readonly string[]>(...words: W): Read<W[number]> =>
  (value) =>
    words.find((known) => known === value);
const voiceSource: Read<VoiceSource> = (value) => {
  if (!isObject(value)) return undefined;
  if (typeof value["room"] === "string") return { room: value["room"] };
  return value["me"] === true ? { me: true } : undefined;
};
const openChannel: Read<{ channel: number }> = (value) => {
  const channel = isObject(value) ? number(value["channel"]) : undefined;
  return channel === undefined ? undefined : { channel };
};
const terms: Read<{ endsInMs: number | null; reason: string }> = (value) => {
  if (!isObject(value)) return undefined;
  const endsInMs = orNull(number)(value["endsInMs"]);
  const reason = text(value["reason"]);
  return endsInMs === undefined || reason === undefined ? undefined : { endsInMs, reason };
};
const slot: Read<number> = (value) => {
  const index = number(value);
  return index !== undefined && Number.isInteger(index) && index >= 0 && index < SLOTS_MAX ? index : undefined;
};
/** An unknown word, which a newer server may send, does not invalidate the message. */
const wordOr =
  <T>(read: Read<T>, otherwise: T): Read<T> =>
  (value) =>
    read(value) ?? otherwise;

const priority = word("low", "default", "medium", "high");
const roomUse = word("listen", "speak");
const player = { id: number, name: text };
const inRoom = { ...player, room: text };

const READERS: Readers = {
  joined: { session: text, id: number, name: text, resumed: flag, place: orNull(text), encrypted: mark },
  group: { data: text, more: mark },
  roster: {},
  channels: { open: list(openChannel) },
  player: { ...player, rooms: list(text), self: mark },
  left: player,
  entered: inRoom,
  exited: inRoom,
  speaking: { ...player, speaking: flag, to: list(voiceSource) },
  slot: { slot, player: orNull(number), positional: flag, amplitude: number, priority },
  text: { ...player, to: voiceSource, text },
  textRateLimited: { waitMs: number },
  restricted: { restriction: word("voice", "text", "hearing"), terms: orNull(terms) },
  roomRights: { room: text, listen: orNull(flag), speak: orNull(flag) },
  roomFull: { room: text, to: roomUse },
  removedFromRoom: { room: text },
  moved: { from: text, to: text },
  recorded: { whole: flag, lastMs: number },
  moderated: {
    id: number,
    player: text,
    action: word("kick", "ban", "mute", "unmute", "move"),
    answer: wordOr(
      word("done", "not-moderator", "no-player", "protected", "not-in-room", "room-forbidden", "room-full", "failed"),
      "failed",
    ),
  },
  placed: { ...player, x: orNull(number), y: orNull(number), z: orNull(number) },
  uplink: { lostPercent: number, delayMs: number, rttMs: orNull(number) },
  listeners: { count: number, lostPercent: number },
  downlink: { voices: orNull(number), speaking: orNull(number) },
  closing: { inMs: orNull(number), redirect: orNull(text), cancelled: mark },
  pong: { id: number },
  refused: {
    code: wordOr(word("token", "password", "name", "full", "banned", "version", "encryption", "closing", "other"), "other"),
    message: text,
    retryInMs: orNull(number),
    until: orNull(number),
    redirect: orNull(text),
  },
  disconnected: {
    cause: wordOr(word("kicked", "name-taken", "closed", "too-slow", "protocol", "server"), "server"),
    message: text,
    retryInMs: orNull(number),
  },
  problem: { message: text, about: orNull(text) },
};

const FIELDS = new Map<string, Readonly<Record<string, Read<unknown>>>>(Object.entries(READERS));

/** docs/browser/control.md. */
const SLOTS_MAX = 16;
