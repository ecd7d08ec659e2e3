// Choices, in words. Made from crates/ffi by `cargo xtask write declarations`; do not edit.

/**
 * The proof of a member's account.
 *
 * - `claimed`: None: the member has no account or no attestation, or there is no key to verify one.
 * - `attested`: A service whose key is in the settings signed that the key belongs to the account.
 * - `rejected`: The attestation is not valid: from another service, for another account or key, or expired.
 */
export type AccountProof = "claimed" | "attested" | "rejected";

/**
 * When the player's voice is sent.
 *
 * - `open`: Always.
 * - `push-to-talk`: While the key for push-to-talk is pressed.
 * - `voice`: While speech is detected.
 */
export type Activation = "open" | "push-to-talk" | "voice";

/**
 * Whether a chat is encrypted from end to end at this moment.
 *
 * - `off`: Not encrypted: the session does not offer it, or the chat does not want it.
 * - `waiting`: There are no keys yet, or they were lost: nothing is sent and nothing is played.
 * - `on`: Encrypted, except in rooms that all members know as not encrypted.
 */
export type EncryptionState = "off" | "waiting" | "on";

/**
 * The result of a moderator's request.
 *
 * - `done`: The request was carried out.
 * - `not-moderator`: The join token of this chat does not permit moderation.
 * - `no-player`: No player of this name is in the session.
 * - `protected`: The player is a moderator, too, or the operator has muted it: only the operator can change that.
 * - `not-in-room`: The player does not listen to the room.
 * - `room-forbidden`: The player may not listen to the room that it was to go to.
 * - `room-full`: The room that it was to go to is full.
 * - `failed`: The server could not do it, or has not answered.
 */
export type ModerationResult =
  | "done"
  | "not-moderator"
  | "no-player"
  | "protected"
  | "not-in-room"
  | "room-forbidden"
  | "room-full"
  | "failed";

/**
 * While a player of a higher priority speaks, players of a lower one are not heard.
 *
 * - `low`: Below the default.
 * - `default`: What players have.
 * - `medium`: Above the default.
 * - `high`: The highest.
 */
export type Priority = "low" | "default" | "medium" | "high";

/**
 * Whether a member is known from an earlier session.
 *
 * - `new`: Not met before; known from the next list on.
 * - `known`: Met before, with the same key.
 * - `verified`: Met before, with the same key, and its safety number was compared.
 * - `changed`: A different key than before: another device, a new installation, or another player.
 */
export type Recognition = "new" | "known" | "verified" | "changed";
