// Describes in one sentence which listeners hear the user.

import type { Intent } from "./talk_plan.ts";
import { listed as inAList } from "./names.ts";

/** Other conditions that matter for it. */
export interface Circumstances {
  isMuted: boolean;
  isConnected: boolean;
  /** The name of the push-to-talk key; null if there is no keyboard. */
  key: string | null;
}

export function voiceStatus(
  { activation, rooms, isHeld, whisperTo }: Intent,
  { isMuted, isConnected, key }: Circumstances,
): string {
  if (!isConnected) return "You are not heard until the connection is back.";
  if (isMuted) return "You are muted.";
  if (whisperTo !== null) return `Only ${whisperTo} hears you.`;
  if (rooms.size === 0) return "You talk to no room. Choose “Talk” in one.";
  const where = listed([...rooms]);
  const hears = rooms.size > 1 ? "hear" : "hears";
  switch (activation) {
    case "push-to-talk":
      return isHeld
        ? `You talk to ${where}.`
        : `Hold ${key === null ? "" : key + " or "}the button to talk to ${where}.`;
    case "voice":
      return `Speak, and ${where} ${hears} you.`;
    case "open":
      return `${capital(where)} ${hears} everything here.`;
  }
}

function listed(names: readonly string[]): string {
  return names.length > 3
    ? `${names.length} rooms`
    : names.length > 1
      ? `${inAList(names.slice(0, -1))} and ${inAList(names.slice(-1))}`
      : inAList(names);
}

function capital(words: string): string {
  const [first = "", ...rest] = words;
  return first.toLocaleUpperCase() + rest.join("");
}
