// The messages between the page and the worker that has its keys.

import type { Target, VoiceSource } from "../voice/api.ts";

/** Which frames a transform has: those of a slot, or with null those of the page's microphone. */
export interface TransformOptions {
  readonly slot: number | null;
}

export interface MemberSettings {
  readonly name: string;
  readonly account?: string;
  readonly purpose?: string;
  readonly attestation?: string;
  /** A JSON Web Key, or a set of them. */
  readonly attestationKeys?: string;
  /** The players that were met before. */
  readonly knownKeys?: string;
  /** The public key of the game's moderators, in hexadecimal. */
  readonly moderatorsKey?: string;
  /** A key that was kept, in hexadecimal. */
  readonly key?: string;
  /** Nothing may pass without encryption. */
  readonly strict: boolean;
  /** Frames say nothing of how loud they are. */
  readonly constantRate?: boolean;
}

export type PageToKeys =
  | { readonly type: "start"; readonly wasm: ArrayBuffer; readonly settings: MemberSettings }
  | { readonly type: "joined"; readonly encrypted: boolean; readonly resumed: boolean }
  /** A message of the delivery service. */
  | { readonly type: "group"; readonly message: Uint8Array<ArrayBuffer> }
  /** A player is here under this id, or has left. */
  | { readonly type: "player"; readonly id: number; readonly name: string | null }
  | { readonly type: "slot"; readonly slot: number; readonly name: string | null; readonly rooms: readonly string[] }
  | { readonly type: "targets"; readonly targets: readonly Target[] }
  /** The rooms that the page listens or speaks to. */
  | { readonly type: "rooms"; readonly rooms: readonly string[] }
  /** What was heard of these players, or of all if none is named, is for the moderators. */
  | { readonly type: "report"; readonly players: readonly string[]; readonly reason: string }
  /** The safety number of the member with this name was compared. */
  | { readonly type: "verify"; readonly name: string }
  | { readonly type: "seal-text"; readonly id: number; readonly to: Target; readonly text: string }
  | { readonly type: "open-text"; readonly id: number; readonly name: string; readonly to: VoiceSource; readonly text: string }
  /** By this port come the packets of an engine in the page: see `PacketMessage`. */
  | { readonly type: "packets"; readonly port: MessagePort };

export type KeysToPage =
  /** The worker has its keys; the member's own is secret. */
  | { readonly type: "ready"; readonly key: string }
  | { readonly type: "failed"; readonly why: string }
  /** A message for the delivery service. */
  | { readonly type: "group"; readonly message: Uint8Array<ArrayBuffer> }
  /** The players that were met, if they have changed. */
  | { readonly type: "known"; readonly keys: string }
  /** `Status` of crates/browser/src/wasm_encryption/status.rs. */
  | { readonly type: "status"; readonly status: string }
  /** `Event` of crates/browser/src/wasm_encryption/status.rs. */
  | { readonly type: "event"; readonly event: string }
  /** The result of `seal-text` and `open-text`. */
  | { readonly type: "text"; readonly id: number; readonly text: string | null };

/**
 * What passes between the worker of an engine in the page and the worker with the keys, each answered in order by a message of the same
 * type, unless the packet must not pass. `link` numbers the engine's links.
 */
export type PacketMessage =
  /** A packet as the engine's WebSocket has it: a byte that says how it travels, and the packet. */
  | { readonly type: "seal" | "open"; readonly link: number; readonly packet: Uint8Array<ArrayBuffer> }
  /** The answer shows that what was sent before has passed. */
  | { readonly type: "flush"; readonly link: number };
