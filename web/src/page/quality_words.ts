// Texts about the connection quality, and about why a player cannot be heard.

import { inText } from "./names.ts";
import type { Transport, Player, Quality } from "../voice/index.ts";

/** Sentences about voice quality, the most important first. */
export function describeQuality(quality: Quality): string[] {
  const { roundTripMs, lostUpPercent, lostDownPercent, listeners, listenersLostPercent, voices, transport } = quality;
  const sentences = [
    voices &&
      `Your connection carries ${voices.carried} of ${voices.speaking} voices: you hear the most important and the loudest.`,
    roundTripMs === null
      ? null
      : `The round trip to the server takes ${Math.round(roundTripMs)} ms${roundTripMs > FAR_MS ? ", so players may interrupt each other" : ""}.`,
    lostUpPercent === null
      ? null
      : lost(lostUpPercent, "Your voice arrives without loss.", "of your voice is lost on its way to the server"),
    lostDownPercent === null
      ? null
      : lost(lostDownPercent, "The others' voices arrive without loss.", "of the others' voices is lost on its way to you"),
    listeners && listenersLostPercent !== null
      ? lost(
          listenersLostPercent,
          heardBy(listeners),
          `of your voice is lost on its way to ${listeners === 1 ? "your listener" : `your ${listeners} listeners`}`,
        )
      : null,
    transport && TRANSPORTS[transport],
  ];
  return sentences.filter((sentence) => sentence !== null);
}

/** The conditions that can keep a player from being heard here. */
export interface Hearing {
  isConnected: boolean;
  /** The browser waits for a click before it plays sound. */
  needsGesture: boolean;
  isDeafened: boolean;
  isDeafenedByOperator: boolean;
  volume: number;
  myRooms: readonly string[];
}

/** Why a player cannot be heard, or null if nothing prevents it: "Bob cannot be heard because you muted them." */
export function reasonForSilence(
  { name, muted, volume, rooms }: Pick<Player, "name" | "muted" | "volume" | "rooms">,
  hearing: Hearing,
): string | null {
  const reasons: [boolean, string][] = [
    [!hearing.isConnected, "the connection is lost"],
    [hearing.needsGesture, "the browser waits for a click before it plays sound"],
    [hearing.isDeafenedByOperator, "the server's operator deafened you"],
    [hearing.isDeafened || hearing.volume === 0, "all sound is off"],
    [muted, "you muted them"],
    [volume === 0, "their volume is zero"],
    [hearing.myRooms.length === 0 && rooms.size > 0, "you listen to no room"],
  ];
  const reason = reasons.find(([holds]) => holds);
  return reason ? `${inText(name)} cannot be heard because ${reason[1]}.` : null;
}

/** A round trip above which people interrupt each other: ITU-T G.114 requires 150 ms one way, buffers not counted. */
const FAR_MS = 250;
/** Smaller losses are concealed inaudibly. */
const HEARD_PERCENT = 1;

const TRANSPORTS: Record<Transport, string | null> = {
  udp: null,
  tcp: "Voice goes over TCP because UDP is blocked here, so it may stutter.",
  relay: "Voice goes over a relay because the direct path is blocked.",
  websocket: "Voice goes over a WebSocket because WebRTC is blocked here, so it may stutter.",
};

function lost(percent: number, none: string, some: string): string {
  return percent < HEARD_PERCENT ? none : `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} % ${some}.`;
}

function heardBy(listeners: number): string {
  return listeners === 1 ? "One listener hears you well." : `${listeners} listeners hear you well.`;
}
