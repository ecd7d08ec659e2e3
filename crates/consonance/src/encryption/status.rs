//! The encryption status for the game: whether encryption is on, and which members can hear.

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use consonance_e2ee::{EncryptedMember, KnownKeys, PacketCounts, PlainRooms, Recognition, SafetyNumber};
use consonance_session::RoomId;

use super::withholding::WithheldReason;
use crate::lock::lock;

/// Whether speech is end-to-end encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum EncryptionState {
    /// Off: the session does not offer it, or the chat does not want it.
    #[default]
    Off,
    /// There are no keys yet, they were lost, or no room of the session is encrypted although the chat requires that:
    /// nothing is sent and nothing is heard.
    Waiting,
    /// On, except in rooms that all members know as [not encrypted](EncryptionStatus::is_room_encrypted), to which a
    /// chat that requires encryption sends nothing.
    On,
}

/// An event of the session's encryption.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum EncryptionEvent {
    /// Encryption started or ended.
    State(EncryptionState),
    /// The set of unencrypted rooms has changed, since players that cannot encrypt came or left, or there were such
    /// rooms when we joined: see [`EncryptionStatus::is_room_encrypted`].
    RoomsChanged {
        /// The member whose client signed that; `None` if it was so before we joined.
        by: Option<String>,
        /// The rooms that are not encrypted from now on.
        rooms: Vec<String>,
    },
    /// There is no room for the keys of further players in [`known_keys`](crate::VoiceChat::known_keys): those stay new
    /// at each meeting, and a change of their keys is not noticed. No player is forgotten. Told once.
    KnownKeysFull,
    /// Something that the player says or writes is not sent, since the chat requires encryption. Each reason is told
    /// once until the keys change.
    Withheld {
        /// Why.
        reason: WithheldReason,
    },
    /// A player's key differs from the last one known: another device, a new installation, or another player. Compare
    /// your safety numbers.
    KeyChanged {
        /// Its name.
        name: String,
        /// Whether the former key was verified.
        was_verified: bool,
    },
    /// A member has signed that it is in another group than we: the server shows us different groups, or the member
    /// says so falsely. It is that member's claim alone; if others [confirm](EncryptedMember::is_confirmed) our group,
    /// do not trust this one, and if several claim it, trust nothing that you hear.
    Forked {
        /// The member that claims it.
        name: String,
    },
    /// The server wants the session to be less encrypted than before: we do not take part, and nothing is sent or
    /// heard.
    Weakened,
    /// The server keeps our [report](crate::VoiceChat::report) for the game's moderators.
    ReportTaken,
    /// Our report was not made, or was not kept.
    ReportRefused {
        /// The reason.
        reason: String,
    },
}

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
    /// The names of the rooms that are not encrypted, as of the last [`RoomsChanged`](EncryptionEvent::RoomsChanged).
    pub plain_rooms: Vec<String>,
    plain: PlainRooms,
}

impl EncryptionStatus {
    /// Whether voice and text to a room are encrypted.
    pub fn is_room_encrypted(&self, room: &str) -> bool {
        self.state == EncryptionState::On && !self.plain.contains(RoomId::of(room).0)
    }
}

/// A sentence, like a line of a chat.
impl fmt::Display for EncryptionEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::State(EncryptionState::On) => f.write_str(
                "encrypted from end to end: only the members of the session can hear, except in rooms named \
                 as not encrypted",
            ),
            Self::State(EncryptionState::Waiting) => f.write_str("no keys: nothing is sent or heard"),
            Self::State(EncryptionState::Off) => f.write_str("not encrypted from end to end"),
            Self::RoomsChanged { by, rooms } => {
                match &**rooms {
                    [] => f.write_str("all rooms are encrypted")?,
                    rooms => {
                        write!(f, "not encrypted, as a player there cannot encrypt: {}", rooms.join(", "))?;
                    }
                }
                by.as_ref().map_or(Ok(()), |name| write!(f, " (signed by {name}'s client)"))
            }
            Self::Withheld { reason } => reason.fmt(f),
            Self::KnownKeysFull => f.write_str(
                "the list of known keys is full: you will not be warned if new players' keys change",
            ),
            Self::KeyChanged { name, was_verified: true } => {
                write!(f, "{name}, a verified player, has another key: compare your safety numbers")
            }
            Self::KeyChanged { name, .. } => {
                write!(f, "{name} has another key than before: compare your safety numbers")
            }
            Self::Forked { name } => {
                write!(
                    f,
                    "{name}'s client claims to be in another group than you: the server may be listening, \
                     or the claim is false; see which members confirm your keys"
                )
            }
            Self::Weakened => {
                f.write_str("the server wants the session to be less encrypted than before: nothing is sent")
            }
            Self::ReportTaken => {
                f.write_str("the report is kept for the game's moderators; no other party can read it")
            }
            Self::ReportRefused { reason } => write!(f, "the report was not made: {reason}"),
        }
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
