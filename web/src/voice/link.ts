// What carries control messages and voice between a page and the server, whatever it is made of.
//
// A link that is lost is given up: who reconnects makes another one, with the key of the last.

import type { Transport, Info } from "./api.ts";

/** Makes a link. Rejects with a `VoiceProblem` if it does not come about. */
export type OpenLink = (options: LinkOptions) => Promise<Link>;

export interface LinkOptions {
  readonly context: AudioContext;
  /** Mono, after volume and delay; whether it leaves the page is `setSending`'s matter. A node of that context. Silence while there is no microphone. */
  readonly microphone: AudioNode;
  /** The server's page, with a slash at its end. */
  readonly url: string;
  /** The folder of worklets and workers, with a slash at its end. */
  readonly assets: string;
  readonly info: Info;
  readonly join: Join;
  /** How many may be heard at once, 1 … 16. */
  readonly slots: number;
  readonly events: LinkEvents;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
}

/** Who comes. */
export interface Join {
  readonly session: string;
  readonly name: string;
  readonly token?: string;
  readonly password?: string;
  /** The key of an earlier link of the same player. */
  readonly resume?: string;
}

/** What a link tells; nothing any more after `lost`. */
export interface LinkEvents {
  /** A control message, `docs/browser/control.md`. */
  message(text: string): void;
  /** Voice does not get through at the moment; `restart` may help. */
  troubled(): void;
  /** The link is no more, in words. */
  lost(why: string): void;
}

export interface Link {
  /** Secret of this player, to come back with; null where there is no coming back. */
  readonly key: string | null;
  /** Null until it is measured. */
  readonly transport: Transport | null;
  /** The voice of each slot, before volume and place. */
  readonly slots: readonly AudioNode[];
  /** Says a control message; false if the link takes no more now. */
  send(text: string): boolean;
  /** While this is false, nothing of the microphone leaves the page. */
  setSending(on: boolean): void;
  /** Tries to stay alive after the network has changed; false if it cannot, so that only another link helps. */
  restart(): Promise<boolean>;
  statistics(): Promise<LinkStatistics>;
  /** Without `isUnloading`, what was sent last arrives first: a page that goes away has no time for it. */
  close(isUnloading: boolean): void;
}

/** Takes a microphone off a node. One that was closed before has let go of all of them, which Web Audio calls an error. */
export function unplug(microphone: AudioNode, from: AudioNode): void {
  try {
    microphone.disconnect(from);
  } catch {
    // There is nothing to be taken off.
  }
}

/** How the link does since it was asked last; null where it does not know. */
export interface LinkStatistics {
  readonly roundTripMs: number | null;
  /** How long received voice waits before it is heard. */
  readonly delayMs: number | null;
  /** Of what was to be played here, what was not there in time, 0 … 100. */
  readonly lostPercent: number | null;
}
