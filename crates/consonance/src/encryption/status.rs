//! What a game can see of the encryption: whether it is on, and who can hear.

use std::sync::Mutex;

use consonance_e2ee::{PacketCounts, PlainRooms, PublicKey, SafetyNumber};
use consonance_session::RoomId;

use crate::lock::lock;

/// Whether what is said is encrypted from end to end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncryptionState {
    /// It is not: the session does not offer it, or the chat does not want it.
    #[default]
    Off,
    /// There are no keys yet, or they were lost: nothing is sent and nothing is heard.
    Waiting,
    /// It is, except in rooms that all members know as [not encrypted](EncryptionStatus::is_room_encrypted).
    On,
}

/// Something about the encryption of the session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncryptionEvent {
    /// It began, or ended.
    State(EncryptionState),
    /// Other rooms than before are not encrypted, since players that cannot encrypt came or went: see
    /// [`EncryptionStatus::is_room_encrypted`].
    RoomsChanged {
        /// The member whose client has signed that; none if it was so before we came.
        by: Option<String>,
    },
    /// The server shows us and another member different groups. Trust nothing that is said until you have left.
    Forked {
        /// The other member's name.
        name: String,
    },
    /// The server wants the session to be less encrypted than it was: we do not take part, and nothing passes.
    Weakened,
}

/// A member of the session's group: it, and nobody else, can hear.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EncryptedMember {
    /// Its name.
    pub name: String,
    /// Its account, as it claims.
    pub account: Option<String>,
    /// What it is for, if it is not a player: "recording", "moderation".
    pub purpose: Option<String>,
    /// The key that it signs with.
    pub key: PublicKey,
    /// What both players see if no server is between them; none for oneself.
    pub safety_number: Option<SafetyNumber>,
    /// Whether it has signed that it is in the same epoch of the same group.
    pub is_confirmed: bool,
    /// Whether it is oneself.
    pub is_local: bool,
}

/// The encryption as it is now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct EncryptionStatus {
    /// Whether it is on.
    pub state: EncryptionState,
    /// Counts the changes of keys in the present group.
    pub epoch: Option<u64>,
    /// Who can hear.
    pub members: Vec<EncryptedMember>,
    /// What all members see if no server is between them.
    pub safety_number: Option<SafetyNumber>,
    /// What became of packets.
    pub packets: PacketCounts,
    plain: PlainRooms,
}

impl EncryptionStatus {
    /// Whether voice and text to a room are encrypted.
    pub fn is_room_encrypted(&self, room: &str) -> bool {
        self.state == EncryptionState::On && !self.plain.contains(RoomId::of(room).0)
    }
}

/// What the key thread knows.
pub(super) struct MemberTable {
    pub epoch: Option<u64>,
    pub members: Vec<EncryptedMember>,
    pub safety_number: Option<SafetyNumber>,
    pub plain: PlainRooms,
}

/// The status as the voice thread writes it, and the game reads it.
#[derive(Debug, Default)]
pub(crate) struct SharedEncryption(Mutex<EncryptionStatus>);

impl SharedEncryption {
    pub(crate) fn get(&self) -> EncryptionStatus {
        lock(&self.0).clone()
    }

    pub(super) fn set_state(&self, state: EncryptionState, packets: PacketCounts) {
        let mut status = lock(&self.0);
        (status.state, status.packets) = (state, packets);
    }

    pub(super) fn set_members(&self, table: MemberTable) {
        let mut status = lock(&self.0);
        let MemberTable { epoch, members, safety_number, plain } = table;
        *status = EncryptionStatus { epoch, members, safety_number, plain, ..*status };
    }
}
