// Computes the channels from the user's choices and the held buttons.

import type { Activation, Target } from "../voice/index.ts";

/** The user's choices, and the held buttons. */
export interface Intent {
  activation: Activation;
  /** Rooms to talk to. */
  rooms: ReadonlySet<string>;
  /** Whether the key or the button for talking is held. */
  isHeld: boolean;
  /** The player to whisper to while a button is held. */
  whisperTo: string | null;
  /** Whether the voice comes from the own place on the map. */
  isPositional: boolean;
}

/** The wanted state of a channel. */
export interface PlannedChannel {
  to: Target;
  activation: Activation;
  talking: boolean;
  positional: boolean;
}

/**
 * The channels for the intent, by `targetKey`. Only its player hears a whisper: the rooms' channels stay open, so that they are ready at
 * once afterwards, but nothing is sent on them.
 */
export function plan(intent: Intent): Map<string, PlannedChannel> {
  const { activation, rooms, isHeld, whisperTo, isPositional } = intent;
  const channels = new Map<string, PlannedChannel>();
  for (const room of rooms) {
    const isPaused = whisperTo !== null;
    const planned = {
      to: { room },
      activation: isPaused ? ("push-to-talk" as const) : activation,
      talking: isHeld && !isPaused,
      positional: isPositional,
    };
    channels.set(targetKey(planned.to), planned);
  }
  if (whisperTo !== null) {
    const to = { player: whisperTo };
    channels.set(targetKey(to), { to, activation: "push-to-talk", talking: true, positional: false });
  }
  return channels;
}

/** A unique key for a target. */
export function targetKey(to: Target): string {
  return "room" in to ? "room:" + to.room : "player:" + to.player;
}
