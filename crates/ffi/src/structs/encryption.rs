//! End-to-end encryption: how a chat encrypts, the state, and the members of the group.

use std::ffi::c_char;

use crate::c::{Array, Text};

/// Whether a chat is encrypted from end to end.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CEncryptionPolicy {
    /// If the session offers it. Once the session has required it, nothing is sent or played without encryption.
    WhereOffered = 0,
    /// Always: if the session does not offer it, nothing is sent and nothing is played.
    Required = 1,
    /// Never: a session that requires it rejects this player.
    Never = 2,
}

/// Whether the session of a host is encrypted from end to end.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CSessionEncryption {
    /// Not encrypted.
    Off = 0,
    /// Encrypted between clients that support it; a room is not encrypted while another client listens to it.
    Allowed = 1,
    /// Encrypted; clients without encryption are rejected.
    Required = 2,
}

// The settings of Rust hold parsed keys, options and a path; C has texts, arrays and their lengths, in an order that is
// part of the binary interface. `encryption_settings` reads them.
/// A chat's encryption, and the player's identity towards others. Zeros and nulls are the defaults.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct CEncryptionSettings {
    /// `sizeof(consonance_encryption_settings)`.
    pub size: u32,
    /// Whether the chat is encrypted: `consonance_encryption_policy`.
    pub policy: i32,
    /// The player's key from `consonance_generate_identity`, by which others recognise the player; null for a new key
    /// for this chat.
    pub identity: Array<u8>,
    /// The player's account, at most 256 bytes; null or empty if it has none. The key belongs to the account, not to
    /// the player's name.
    pub account: Text,
    /// A game service's attestation of the account and the key, at most 1024 bytes: a JSON Web Token with `sub`, `cnf`
    /// and `exp`, which all members see; null for none.
    pub attestation: Text,
    /// The keys of the services whose attestations are trusted: an Ed25519 JSON Web Key, or a set of them. Null for
    /// none; then accounts are only claims.
    pub attestation_keys: Text,
    /// The purpose of this member, if it is not a player: `recording`, `moderation`; at most 256 bytes, null or empty
    /// for a player. All members see it.
    pub purpose: Text,
    /// The keys of players from earlier sessions, as `consonance_get_known_keys` wrote them; null for none.
    pub known_keys: Array<u8>,
    /// The length of `identity` in bytes.
    pub identity_length: u32,
    /// The length of `known_keys` in bytes.
    pub known_keys_length: u32,
    /// 1 for frames of constant size without a loudness value, so that the server cannot infer words from sizes. It
    /// costs a twelfth of the bit rate.
    pub constant_rate: u32,
    /// 1 to sign the player's speech once a second: reports of other members then prove it, and it is no longer
    /// deniable.
    pub sign_speech: u32,
    /// The public key of the game's moderators, as `consonance decrypt --new-key` wrote it: `consonance_report_players`
    /// encrypts to it. Null for none; then no audio is kept for reports.
    pub moderators_key: Text,
    /// A file to which the keys of encrypted sessions are appended, for `consonance decrypt`: with it, the server's
    /// recordings can be decrypted. Null for none.
    pub key_log: Text,
}

/// Whether a chat is encrypted from end to end at this moment.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CEncryptionState {
    /// Not encrypted: the session does not offer it, or the chat does not want it.
    Off = 0,
    /// There are no keys yet, or they were lost: nothing is sent and nothing is played.
    Waiting = 1,
    /// Encrypted, except in rooms that all members know as not encrypted.
    ///
    /// See `consonance_is_room_encrypted`.
    On = 2,
}

/// A change of the encryption.
///
/// It is the `detail` of `CONSONANCE_EVENT_TYPE_ENCRYPTION`.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CEncryptionEvent {
    /// A change that this version has no number for.
    Other = 0,
    /// The encryption began or ended.
    ///
    /// `number` is a `consonance_encryption_state`.
    State = 1,
    /// The set of rooms without encryption has changed, as the client of a player signed; no player if that was before
    /// this chat joined.
    ///
    /// It is `player`, or 0.
    RoomsChanged = 2,
    /// A player has a different key than at the last meeting: another device, a new installation, or another player.
    ///
    /// It is `player`; `number` is 1 if the previous key was verified.
    KeyChanged = 3,
    /// A player claims to be in another group than this chat: the server shows them different groups, or the claim is
    /// false. If other members confirm this chat's group, do not trust the player; if several claim it, trust nothing.
    ///
    /// It is `player`.
    Forked = 4,
    /// The server asks for weaker encryption than before; nothing is sent.
    Weakened = 5,
    /// The server stored a report of this chat for the game's moderators.
    ///
    /// See `consonance_report_players`.
    ReportTaken = 6,
    /// The server did not store a report of this chat, and the text says why.
    ReportRefused = 7,
    /// Something that the player says or writes is not sent, since the chat requires encryption; the text says what,
    /// and why. Reported once until the keys change.
    ///
    /// It is everything if `room` is empty and `player` is 0, otherwise what goes to that room or player.
    Withheld = 8,
    /// There is no room for the keys of further players: those stay new at each meeting.
    KnownKeysFull = 9,
}

/// The current encryption of a chat. Texts are in the buffer that was passed, and never null.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CEncryptionStatus {
    /// `sizeof(consonance_encryption_status)`.
    pub size: u32,
    /// Whether it is on: `consonance_encryption_state`.
    pub state: i32,
    /// The number of key changes in the current group.
    pub epoch: u64,
    /// 1 while the chat is a member of the session's group.
    pub is_member: u32,
    /// Members of the group: see `consonance_get_encrypted_member`.
    pub member_count: u32,
    /// The group's safety number as six words: all members see the same words unless a server intercepts them. Empty
    /// without a group.
    pub safety_words: *const c_char,
    /// The same as 30 digits, in groups of five.
    pub safety_digits: *const c_char,
    /// Own packets that were encrypted.
    pub packets_sealed: u64,
    /// Packets of others that were decrypted.
    pub packets_opened: u64,
    /// Own packets to rooms or players that are not encrypted.
    pub packets_sent_plain: u64,
    /// Packets of others without encryption, from rooms or players where that is allowed.
    pub packets_received_plain: u64,
    /// Own packets that were dropped for lack of keys.
    pub packets_without_keys: u64,
    /// Packets of others that were dropped: not encrypted where required, forged, repeated, from another member than
    /// the server named, or from an unknown epoch.
    pub packets_refused: u64,
}

/// Whether a member is known from an earlier session.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CRecognition {
    /// The player of this chat.
    Local = 0,
    /// Not met before; known from the next list on.
    New = 1,
    /// Met before, with the same key.
    Known = 2,
    /// Met before, with the same key, and its safety number was compared.
    Verified = 3,
    /// A different key than before: another device, a new installation, or another player.
    Changed = 4,
}

/// The proof of a member's account.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CAccountProof {
    /// None: the member has no account or no attestation, or there is no key to verify one.
    Claimed = 0,
    /// A service whose key is in the settings signed that the key belongs to the account.
    Attested = 1,
    /// The attestation is not valid: from another service, for another account or key, or expired.
    Rejected = 2,
}

/// A member of the session's group. Only members can decrypt voice and text. Texts are in the buffer that was passed,
/// and never null.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CEncryptedMember {
    /// `sizeof(consonance_encrypted_member)`.
    pub size: u32,
    /// The number of the player.
    pub player: u32,
    /// The epoch of the member list.
    pub epoch: u64,
    /// 1 for the player of this chat.
    pub is_local: u32,
    /// 1 if the member signed that it is in the same epoch of the same group.
    pub is_confirmed: u32,
    /// Whether it is known from an earlier session: `consonance_recognition`.
    pub recognition: i32,
    /// 1 if its key has changed and the previous key was verified.
    pub was_verified: u32,
    /// The proof of the account: `consonance_account_proof`.
    pub account_proof: i32,
    /// Zero.
    pub reserved: u32,
    /// Its name.
    pub name: *const c_char,
    /// The account that it claims; empty if it has none.
    pub account: *const c_char,
    /// The purpose of the member, if it is not a player; otherwise empty.
    pub purpose: *const c_char,
    /// The public key that it signs with: 64 hexadecimal digits.
    pub key: *const c_char,
    /// Its safety number as six words: both players see the same words unless a server intercepts them. Empty for the
    /// player of this chat.
    pub safety_words: *const c_char,
    /// The same as 30 digits, in groups of five.
    pub safety_digits: *const c_char,
}
