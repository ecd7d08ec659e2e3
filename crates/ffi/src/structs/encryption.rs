//! End-to-end encryption: how a chat encrypts, the state, and the members of the group.

use std::ffi::c_char;

use crate::c::{Array, Text};

/// Whether a chat is encrypted from end to end.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CEncryptionPolicy {
    /// Where the session offers it. Once the session has required it, nothing passes without encryption any more.
    WhereOffered = 0,
    /// Always: where the session does not offer it, nothing is sent and nothing is heard.
    Required = 1,
    /// Never: a session that requires it refuses this player.
    Never = 2,
}

/// Whether the session of a host is encrypted from end to end.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CSessionEncryption {
    /// It is not.
    Off = 0,
    /// It is between clients that can encrypt; a room is not while another client listens to it.
    Allowed = 1,
    /// It is, and clients that cannot encrypt are refused.
    Required = 2,
}

/// How a chat encrypts, and what the player is to the others. Zeros and nulls are the defaults.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct CEncryptionSettings {
    /// `sizeof(consonance_encryption_settings)`.
    pub size: u32,
    /// Whether the chat is encrypted: `consonance_encryption_policy`.
    pub policy: i32,
    /// The player's key, as `consonance_generate_identity` made it, by which others know the player again; null for a
    /// new key for this chat.
    pub identity: Array<u8>,
    /// The player's account, at most 256 bytes; null or empty if it has none. The key belongs to the account, whatever
    /// the name of the player is.
    pub account: Text,
    /// What a service of the game has signed about the account and the key, at most 1024 bytes: a JSON Web Token with
    /// `sub`, `cnf` and `exp`, which all members see; null for none.
    pub attestation: Text,
    /// The keys of the services whose attestations are believed: a JSON Web Key of Ed25519, or a set of them. Null for
    /// none, so that accounts are claims.
    pub attestation_keys: Text,
    /// What this member is for, if it is not a player: `recording`, `moderation`; at most 256 bytes, null or empty for
    /// a player. All members see it.
    pub purpose: Text,
    /// The keys of players that were met before, as `consonance_get_known_keys` wrote them; null for none.
    pub known_keys: Array<u8>,
    /// How many bytes `identity` has.
    pub identity_length: u32,
    /// How many bytes `known_keys` has.
    pub known_keys_length: u32,
    /// 1 for frames of one size that say nothing of how loud they are, so that the server cannot guess at words by
    /// their sizes. It costs a twelfth of the bit rate.
    pub constant_rate: u32,
    /// 1 to sign what the player says, once a second, for the other members: their reports prove it then, and it is not
    /// deniable any more.
    pub sign_speech: u32,
    /// The public key of the game's moderators, as `consonance decrypt --new-key` wrote it: `consonance_report_players`
    /// seals to it. Null for none, so that nothing is kept for reports.
    pub moderators_key: Text,
    /// The file that the keys of encrypted sessions are added to, for `consonance decrypt`: a holder of it can hear
    /// what the server records. Null for none.
    pub key_log: Text,
}

/// Whether a chat is encrypted from end to end at this moment.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CEncryptionState {
    /// It is not: the session does not offer it, or the chat does not want it.
    Off = 0,
    /// There are no keys yet, or they were lost: nothing is sent and nothing is heard.
    Waiting = 1,
    /// It is, except in rooms that all members know as not encrypted: see `consonance_is_room_encrypted`.
    On = 2,
}

/// What has happened to the encryption: the `detail` of `CONSONANCE_EVENT_TYPE_ENCRYPTION`.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CEncryptionEvent {
    /// Something that this version has no number for.
    Other = 0,
    /// It began or ended: `number` is a `consonance_encryption_state`.
    State = 1,
    /// Other rooms than before are not encrypted, which the client of `player` has signed; 0 if it was so before this
    /// chat joined.
    RoomsChanged = 2,
    /// `player` has another key than when it was met last: another device, a new installation, or another player.
    /// `number` is 1 if the former key was verified.
    KeyChanged = 3,
    /// The server shows this chat and `player` different groups. Trust nothing that is said until you have left.
    Forked = 4,
    /// The server wants the session to be less encrypted than it was; nothing is sent.
    Weakened = 5,
    /// A report of this chat is kept for the game's moderators: see `consonance_report_players`.
    ReportTaken = 6,
    /// A report of this chat is not kept; the text says why.
    ReportRefused = 7,
}

/// The encryption of a chat at this moment. Texts are in the buffer that was passed, and never null.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CEncryptionStatus {
    /// `sizeof(consonance_encryption_status)`.
    pub size: u32,
    /// Whether it is on: `consonance_encryption_state`.
    pub state: i32,
    /// Counts the changes of keys in the present group.
    pub epoch: u64,
    /// 1 while the chat is a member of the session's group.
    pub is_member: u32,
    /// Members of the group: see `consonance_get_encrypted_member`.
    pub member_count: u32,
    /// The group's safety number as six words: all members see the same if no server is between them. Empty without a
    /// group.
    pub safety_words: *const c_char,
    /// The same as 30 digits, in groups of five.
    pub safety_digits: *const c_char,
    /// Own packets that were encrypted.
    pub packets_sealed: u64,
    /// Packets of others that were decrypted.
    pub packets_opened: u64,
    /// Own packets to rooms or players that are not encrypted.
    pub packets_sent_plain: u64,
    /// Packets without encryption that came from where it is allowed.
    pub packets_received_plain: u64,
    /// Own packets that were dropped, since there were no keys.
    pub packets_without_keys: u64,
    /// Packets of others that were dropped: not encrypted where they must be, forged, repeated, of another member than
    /// the server said, or of an unknown epoch.
    pub packets_refused: u64,
}

/// How a member compares to the players that were met before.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CRecognition {
    /// It is the player of this chat.
    Local = 0,
    /// It was not met before; from the next list on, it is known.
    New = 1,
    /// It has the key that it had.
    Known = 2,
    /// The same, and its safety number was compared.
    Verified = 3,
    /// It has another key than before: another device, a new installation, or another player.
    Changed = 4,
}

/// What stands behind the account of a member.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CAccountProof {
    /// Nothing: it has no account or shows no attestation, or there is no key to check one.
    Claimed = 0,
    /// A service whose key is in the settings has signed that the key belongs to the account.
    Attested = 1,
    /// It shows an attestation that is not valid: of another service, for another account or key, or expired.
    Rejected = 2,
}

/// A member of the session's group. Members alone can hear and read. Texts are in the buffer that was passed, and never
/// null.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CEncryptedMember {
    /// `sizeof(consonance_encrypted_member)`.
    pub size: u32,
    /// The number of the player.
    pub player: u32,
    /// The epoch of the list that it is from.
    pub epoch: u64,
    /// 1 for the player of this chat.
    pub is_local: u32,
    /// 1 if it has signed that it is in the same epoch of the same group.
    pub is_confirmed: u32,
    /// How it compares to the players that were met before: `consonance_recognition`.
    pub recognition: i32,
    /// 1 if it has another key than before, which was verified.
    pub was_verified: u32,
    /// What stands behind the account: `consonance_account_proof`.
    pub account_proof: i32,
    /// Zero.
    pub reserved: u32,
    /// Its name.
    pub name: *const c_char,
    /// Its account, as it claims; empty if it has none.
    pub account: *const c_char,
    /// What it is for, if it is not a player; otherwise empty.
    pub purpose: *const c_char,
    /// The public key that it signs with: 64 hexadecimal digits.
    pub key: *const c_char,
    /// Its safety number as six words: both players see the same if no server is between them. Empty for the player of
    /// this chat.
    pub safety_words: *const c_char,
    /// The same as 30 digits, in groups of five.
    pub safety_digits: *const c_char,
}
