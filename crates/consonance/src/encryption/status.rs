//! The encryption status for the game: whether encryption is on, and which members can hear.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use consonance_e2ee::{EncryptedMember, KnownKeys, PacketCounts, PlainRooms, Recognition, SafetyNumber};
use consonance_session::RoomId;

use crate::encryption_event::EncryptionState;
use crate::lock::lock;

/// The current state of the encryption.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct EncryptionStatus {
    /// Whether it is on.
    pub state: EncryptionState,
    /// Counts the key changes in the current group.
    pub epoch: Option<u64>,
    /// The members of the group; only they can hear.
    pub members: Vec<EncryptedMember>,
    /// The safety number: the same for all members unless the server intercepts the session.
    pub safety_number: Option<SafetyNumber>,
    /// Counters of packets, by what the encryption did with them.
    pub packets: PacketCounts,
    /// The names of the rooms that are not encrypted, as of the last
    /// [`RoomsChanged`](crate::EncryptionEvent::RoomsChanged).
    pub plain_rooms: Vec<String>,
    plain: PlainRooms,
}

impl EncryptionStatus {
    /// Whether voice and text to a room are encrypted.
    pub fn is_room_encrypted(&self, room: &str) -> bool {
        self.state == EncryptionState::On && !self.plain.contains(RoomId::of(room).0)
    }
}

/// The state of the group, as known to the key thread.
pub(super) struct MemberTable {
    pub epoch: Option<u64>,
    pub members: Vec<EncryptedMember>,
    pub safety_number: Option<SafetyNumber>,
    pub plain: PlainRooms,
}

/// The status, written by the voice thread and read by the game.
#[derive(Debug, Default)]
pub(crate) struct SharedEncryption {
    status: Mutex<EncryptionStatus>,
    known: Mutex<KnownKeys>,
    /// Whether there is a key for reports.
    can_report: AtomicBool,
    /// Whether a player's key could not be remembered.
    is_full: AtomicBool,
}

impl SharedEncryption {
    pub(crate) fn get(&self) -> EncryptionStatus {
        lock(&self.status).clone()
    }

    pub(crate) fn known_keys(&self) -> KnownKeys {
        lock(&self.known).clone()
    }

    pub(crate) fn set_known_keys(&self, known: KnownKeys) {
        *lock(&self.known) = known;
    }

    pub(crate) fn can_report(&self) -> bool {
        self.can_report.load(Ordering::Relaxed)
    }

    pub(super) fn set_can_report(&self, can_report: bool) {
        self.can_report.store(can_report, Ordering::Relaxed);
    }

    pub(super) fn with_known_keys<T>(&self, act: impl FnOnce(&mut KnownKeys) -> T) -> T {
        let mut known = lock(&self.known);
        let done = act(&mut known);
        self.is_full.store(known.is_full(), Ordering::Relaxed);
        done
    }

    /// Whether a player's key could not be remembered.
    pub(super) fn is_full(&self) -> bool {
        self.is_full.load(Ordering::Relaxed)
    }

    /// Marks a member's current key as verified. False without such a member, or if there is no room to remember it.
    pub(crate) fn verify(&self, name: &str) -> bool {
        let mut status = lock(&self.status);
        let Some(member) = status.members.iter_mut().find(|member| member.name == name && !member.is_local)
        else {
            return false;
        };
        let verified =
            self.with_known_keys(|known| known.verify(member.account.as_deref(), name, &member.key));
        if verified.is_err() {
            return false;
        }
        member.recognition = Some(Recognition::Verified);
        true
    }

    pub(super) fn set_state(&self, state: EncryptionState, packets: PacketCounts) {
        let mut status = lock(&self.status);
        (status.state, status.packets) = (state, packets);
    }

    pub(super) fn set_members(&self, table: MemberTable) {
        let mut status = lock(&self.status);
        let MemberTable { epoch, members, safety_number, plain } = table;
        let (state, packets, plain_rooms) =
            (status.state, status.packets, std::mem::take(&mut status.plain_rooms));
        *status = EncryptionStatus { state, epoch, members, safety_number, packets, plain_rooms, plain };
    }

    pub(super) fn set_plain_room_names(&self, rooms: Vec<String>) {
        lock(&self.status).plain_rooms = rooms;
    }
}
