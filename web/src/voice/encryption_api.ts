// The public types of end-to-end encryption. Plain data only; no code.

import type { AccountProof, EncryptionState, Recognition } from "./declarations.ts";

export type { AccountProof, EncryptionState, Recognition };

export interface EncryptionOptions {
  /**
   * With `offered`, the default, sessions that offer encryption are encrypted; once a session has required it, nothing passes without it.
   * With `required`, nothing is ever sent or heard without it: the event `withheld` says what is not sent, and why. With `never`, sessions that require it refuse this player.
   */
  readonly mode?: "offered" | "required" | "never";
  /** The `identityKey` of an earlier voice, by which the others know this player again; a new one if absent. */
  readonly identityKey?: string;
  /** The player's account, if the game has any: its key belongs to that, whatever the player is called. */
  readonly account?: string;
  /** What a service of the game has signed about the account and the key: a JSON Web Token with `sub`, `cnf` and `exp`. All members see it. */
  readonly attestation?: string;
  /** The public keys of the services whose attestations are believed: a JSON Web Key, or a set of them, as text. */
  readonly attestationKeys?: string;
  /** The public key of the game's moderators, as `consonance decrypt --new-key` wrote it: what is heard lately is kept for `report`. */
  readonly moderatorsKey?: string;
  /**
   * All frames have one size and say nothing of how loud they are; with a variable bit rate, the server can guess at words by the sizes of
   * frames (RFC 6562).
   */
  readonly constantRate?: boolean;
  /** The `knownKeys` of an earlier voice: a player that has another key than then is reported. */
  readonly knownKeys?: string;
  /** What this member is for, if it is not a player, such as "recording". All members see it. */
  readonly purpose?: string;
}

/** The encryption as it is now. */
export interface EncryptionStatus {
  readonly state: EncryptionState;
  /** Counts the changes of keys in the present group; null without a group. */
  readonly epoch: number | null;
  /** The same for all members if no server is between them; null without a group. */
  readonly safetyNumber: SafetyNumber | null;
  /** All players that can hear and read. */
  readonly members: readonly EncryptedMember[];
  /** The rooms that this page listens or speaks to and that are not encrypted, as a player that cannot encrypt listens there. */
  readonly plainRooms: readonly string[];
  /** Frames and texts that were opened, and that were dropped since they were not what they should be. */
  readonly counts: { readonly opened: number; readonly refused: number };
  /** The player's own key, in hexadecimal: keep it as a password. Null until a session that offers encryption is joined. */
  readonly identityKey: string | null;
  /** The players that were met, with their keys, to be kept for the next visit. Null until a session that offers encryption is joined. */
  readonly knownKeys: string | null;
}

/** Why something is not sent. */
export type WithheldReason = "not-offered" | "plain-room" | "not-a-member";

/** A member of the session's group. */
export interface EncryptedMember {
  readonly name: string;
  /** Its account, as it claims. */
  readonly account: string | null;
  readonly accountProof: AccountProof;
  /** What it is for, if it is not a player. */
  readonly purpose: string | null;
  /** The key that it signs with, in hexadecimal. */
  readonly key: string;
  /** What both players see if no server is between them; null for this page's own. */
  readonly safetyNumber: SafetyNumber | null;
  /** Whether it has signed that it is in the same epoch of the same group. */
  readonly isConfirmed: boolean;
  /** Null for this page's own. */
  readonly recognition: Recognition | null;
  readonly isSelf: boolean;
}

/** A number to compare over another way, as words or as digits. */
export interface SafetyNumber {
  readonly words: readonly string[];
  readonly digits: readonly string[];
}

/** Something about the encryption. */
export type EncryptionEvent =
  /** Other rooms than before are not encrypted, as that member's client has signed; null if it was so before this page joined. */
  | { readonly type: "roomsChanged"; readonly by: string | null }
  /** A player has another key than when it was met last: compare the safety numbers. */
  | { readonly type: "keyChanged"; readonly name: string; readonly wasVerified: boolean }
  /** That member claims to be in another group than this page: the server shows them different groups, or the claim is false. */
  | { readonly type: "forked"; readonly name: string }
  /** The server wants the session to be less encrypted than it was: nothing passes. */
  | { readonly type: "weakened" }
  /**
   * Something is not sent, as the page requires encryption: the session does not offer it (`not-offered`), a player that cannot encrypt
   * listens to the room called `name` (`plain-room`), or the player of that name is not in the group (`not-a-member`). Each is told once
   * until the keys change.
   */
  | { readonly type: "withheld"; readonly why: WithheldReason; readonly name: string | null }
  /** There is no space for the keys of further players in `knownKeys`: those stay new at each meeting. */
  | { readonly type: "knownKeysFull" }
  /** A report is kept for the game's moderators. */
  | { readonly type: "reportTaken" }
  /**
   * A report is not kept: there is no `moderatorsKey` (`no-key`) or no group (`no-group`), nothing was heard of the players (`not-heard`), the
   * server keeps none (`not-taken`), or there were too many lately (`too-many`), for instance.
   */
  | { readonly type: "reportRefused"; readonly why: string }
  | { readonly type: "failed"; readonly message: string };
