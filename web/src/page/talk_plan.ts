// Where my voice goes, decided from what I chose and what I hold down.

import type { Activation, Target } from "../voice/index.ts";

/** What I chose, and what I hold at the moment. */
export interface Intent {
  activation: Activation;
  /** Rooms that I talk to. */
  rooms: ReadonlySet<string>;
  /** Whether the key or the button for talking is held. */
  isHeld: boolean;
  /** To whom I whisper while a button is held. */
  whisperTo: string | null;
  /** Whether my voice comes from my place on the map. */
  isPositional: boolean;
}

/** A channel as it should be. */
export interface PlannedChannel {
  to: Target;
  activation: Activation;
  talking: boolean;
  positional: boolean;
}

/**
 * The channels that the intent asks for, by `targetKey`. A whisper is heard by its player alone: the rooms' channels stay open, so that
 * they are there at once afterwards, but nothing is said on them.
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

/** A text that tells targets apart. */
export function targetKey(to: Target): string {
  return "room" in to ? "room:" + to.room : "player:" + to.player;
}
