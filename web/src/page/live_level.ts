// Whether a player is heard at present, and its level.

import type { Player } from "../voice/index.ts";
import type { RoomContext } from "./room_context.ts";

/** For others as played here; for oneself as sent. */
export function liveLevel(player: Player, { voice }: Pick<RoomContext, "voice">): { isHeard: boolean; level: number } {
  const { microphone, channels } = voice;
  const isHeard = player.isSelf
    ? !microphone.muted && channels.list().some((channel) => channel.isOpen)
    : player.speaking && !player.muted;
  return { isHeard, level: isHeard ? (player.isSelf ? microphone.level : player.level) : 0 };
}
