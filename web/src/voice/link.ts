// The interface of a connection that carries control messages and voice between a page and the server.
//
// A lost link is not reused: reconnecting opens another one, with the key of the last.

import type { Transport, Info } from "./api.ts";
import type { Encryption } from "./encryption.ts";

/** Opens a link. Rejects with a `VoiceProblem` if it cannot be opened. */
export type OpenLink = (options: LinkOptions) => Promise<Link>;

export interface LinkOptions {
  readonly context: AudioContext;
  /** After volume and delay; `setSending` decides whether it is sent. A node of that context. Silent while there is no microphone. */
  readonly microphone: AudioNode;
  /** Whether both channels of it are sent, where the link can. */
  readonly stereo: boolean;
  /** The server's page, with a trailing slash. */
  readonly url: string;
  /** The folder of worklets and workers, with a trailing slash. */
  readonly assets: string;
  readonly info: Info;
  readonly join: Join;
  /** How many players may be heard at once, 1 … 16. */
  readonly slots: number;
  /** Seals and opens what passes the link; null if nothing is encrypted. */
  readonly encryption: Encryption | null;
  readonly events: LinkEvents;
  /** Cancels the attempt. */
  readonly signal: AbortSignal;
}

/** The player that joins. */
export interface Join {
  readonly session: string;
  readonly name: string;
  readonly token?: string;
  readonly password?: string;
  /** The key of an earlier link of the same player. */
  readonly resume?: string;
  /** The player's place in the session, as another server told it. */
  readonly place?: string;
}

/** Callbacks of a link; none follows `lost`. */
export interface LinkEvents {
  /** Opening takes longer than usual: UDP may be blocked, and other ways are tried. */
  slow(): void;
  /** A control message, `docs/browser/control.md`. */
  message(text: string): void;
  /** Voice does not get through at present; `restart` may help. */
  troubled(): void;
  /** The link has ended; the text is a reason. */
  lost(why: string): void;
}

export interface Link {
  /** A secret to resume this player; null if it cannot be resumed. */
  readonly key: string | null;
  /** Null until it is measured. */
  readonly transport: Transport | null;
  /** The voice of each slot, before volume and place. */
  readonly slots: readonly AudioNode[];
  /** Sends a control message; false if the link accepts no more at present. */
  send(text: string): boolean;
  /** While false, no sound of the microphone leaves the page. */
  setSending(on: boolean): void;
  /** Tries to survive a change of the network; false if it cannot, so that the link has to be replaced. */
  restart(): Promise<boolean>;
  statistics(): Promise<LinkStatistics>;
  /** Without `isUnloading`, queued messages are delivered first; a page that is being unloaded has no time for that. */
  close(isUnloading: boolean): void;
}

/** Disconnects a microphone from a node. A closed microphone has disconnected already, which Web Audio reports as an error. */
export function unplug(microphone: AudioNode, from: AudioNode): void {
  try {
    microphone.disconnect(from);
  } catch {
    // It was not connected.
  }
}

/** Statistics since the previous call; null if unknown. */
export interface LinkStatistics {
  readonly roundTripMs: number | null;
  /** How long received voice waits in the jitter buffer. */
  readonly delayMs: number | null;
  /** Share of the voice to be played that was missing, 0 … 100. */
  readonly lostPercent: number | null;
}
