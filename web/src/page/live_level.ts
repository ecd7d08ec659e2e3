// Whether somebody is heard at the moment, and how loud.

import type { Player } from "../voice/index.ts";
import type { RoomContext } from "./room_context.ts";

/** Of others as they are played here; of oneself as the microphone is let through. */
export function liveLevel(player: Player, { voice }: Pick<RoomContext, "voice">): { isHeard: boolean; level: number } {
  const { microphone, channels } = voice;
  const isHeard = player.isSelf
    ? !microphone.muted && channels.list().some((channel) => channel.isOpen)
    : player.speaking && !player.muted;
  return { isHeard, level: isHeard ? (player.isSelf ? microphone.level : player.level) : 0 };
}
