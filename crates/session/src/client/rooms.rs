//! The rooms that I listen to, announced to the server as they change.

use alloc::boxed::Box;
use alloc::collections::{BTreeSet, VecDeque};
use alloc::vec::Vec;
use core::{fmt, mem};

use consonance_wire::{ClientState, DeltaChannelState, RoomId, WireStr};

use super::Client;
use super::connect::{Connection, RosterProgress};
use super::event::ClientEvent;
use super::stages::Stage;
use crate::limits::STATE_BYTES;

/// The reason why a room cannot be joined.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RoomError {
    /// The name has more bytes than the limit.
    NameTooLong {
        /// Bytes of the name.
        bytes: usize,
        /// Bytes that a room's name may have.
        limit: usize,
    },
    /// As many rooms as the limit allows, or as one packet can list, are joined already.
    TooMany {
        /// Rooms joined now.
        joined: usize,
    },
    /// Another joined room has the same 16-bit id, so the wire cannot tell them apart.
    SameId {
        /// The room that is joined already.
        as_room: Box<str>,
    },
}

impl RoomError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NameTooLong { .. } => "name-too-long",
            Self::TooMany { .. } => "too-many",
            Self::SameId { .. } => "same-id",
        }
    }
}

impl fmt::Display for RoomError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NameTooLong { bytes, limit } => {
                write!(
                    f,
                    "the room's name has {bytes} bytes, at most {limit} are allowed: choose a shorter one"
                )
            }
            Self::TooMany { joined } => {
                write!(f, "{joined} rooms are joined and no further one fits: leave one first")
            }
            Self::SameId { as_room } => {
                write!(
                    f,
                    "on the wire this room cannot be told from {as_room:?}, which is joined: rename one of them"
                )
            }
        }
    }
}

impl core::error::Error for RoomError {}

/// Rooms whose exit I have sent and the server, which announces it to all clients, has not echoed yet: in order, with
/// one entry per exit.
#[derive(Debug, Default)]
pub(super) struct LeftRooms(VecDeque<Box<str>>);

/// Beyond this, the oldest entries are dropped: no honest server is so far behind.
const LEFT_MAX: usize = 256;

impl LeftRooms {
    fn note(&mut self, room: &str) {
        if self.0.len() >= LEFT_MAX {
            self.0.pop_front();
        }
        self.0.push_back(room.into());
    }

    /// Removes the pending exit of a room; false if there was none.
    fn take(&mut self, room: &str) -> bool {
        let index = self.0.iter().position(|left| **left == *room);
        index.and_then(|index| self.0.remove(index)).is_some()
    }

    /// Clears all entries: exits that were sent over another link get no answer any more.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// Changes of my rooms, on their way to the server.
#[derive(Debug, Default)]
pub(super) enum RoomChanges {
    /// Each is announced at once.
    #[default]
    AtOnce,
    /// They wait to be announced together, one by one.
    Few(Vec<(Box<str>, bool)>),
    /// They wait, and are so many that a list of all my rooms announces them.
    Many,
}

/// Changes that are announced one by one. Each goes to all clients of the session, as the list of all rooms does.
const FEW_MAX: usize = 4;

impl RoomChanges {
    /// Whether a change waits.
    fn hold(&mut self, room: &str, joined: bool) -> bool {
        match self {
            Self::AtOnce => return false,
            Self::Few(changes) if changes.len() < FEW_MAX => changes.push((room.into(), joined)),
            Self::Few(_) | Self::Many => *self = Self::Many,
        }
        true
    }
}

impl Client {
    /// Starts listening to a room, in this session and in all later ones. Joining twice has no further effect.
    ///
    /// # Errors
    /// If the name is too long, too many rooms are joined, or the id of the room is taken by another one.
    pub fn join_room(&mut self, room: &str) -> Result<(), RoomError> {
        if self.rooms.contains(room) {
            return Ok(());
        }
        let limits = &self.settings.limits;
        if room.len() > limits.room_name_bytes {
            return Err(RoomError::NameTooLong { bytes: room.len(), limit: limits.room_name_bytes });
        }
        let listed: usize = self.rooms.names().map(|name| 2 + name.len()).sum();
        let state = STATE_BYTES + self.settings.name.len() + listed + 2 + room.len();
        if self.rooms.len() >= limits.rooms_per_client || state > self.settings.packets.reliable_bytes {
            return Err(RoomError::TooMany { joined: self.rooms.len() });
        }
        if let Some(as_room) = self.rooms.name_of(RoomId::of(room)) {
            return Err(RoomError::SameId { as_room: as_room.into() });
        }
        self.rooms.insert(room);
        self.announce(room, true);
        Ok(())
    }

    /// Stops listening to a room. No effect if it was not joined.
    pub fn leave_room(&mut self, room: &str) {
        if self.rooms.remove(room).is_some() {
            self.announce(room, false);
        }
    }

    /// Holds the following changes of my rooms back until [`announce_rooms`](Self::announce_rooms) announces them
    /// together: many changes at once then cost the session no more than a few.
    pub fn collect_room_changes(&mut self) {
        if let RoomChanges::AtOnce = self.room_changes {
            self.room_changes = RoomChanges::Few(Vec::new());
        }
    }

    /// Announces the changes of my rooms that were held back.
    ///
    /// Up to four are announced as they were made. Of more, the server is told the list of all my rooms instead, after
    /// which clients see me leave all rooms and enter those of the list in the same moment.
    pub fn announce_rooms(&mut self) {
        match mem::take(&mut self.room_changes) {
            RoomChanges::AtOnce => {}
            RoomChanges::Few(changes) => {
                for (room, joined) in &changes {
                    self.announce(room, *joined);
                }
            }
            RoomChanges::Many => {
                if let Connection::Joined { link, session, id, .. } = self.connection {
                    self.send_own_state(link, session, id);
                }
            }
        }
    }

    /// The rooms that I listen to, sorted.
    pub fn rooms(&self) -> impl ExactSizeIterator<Item = &str> {
        self.rooms.names()
    }

    /// Handles the server's message that I have left a room. If I did not, the server has removed me, and I no longer
    /// listen to the room, neither in this session nor in later ones, until I join it again.
    pub(super) fn note_own_exit(&mut self, room: &str, was_in_it: bool) {
        let is_echo = self.left_rooms.take(room);
        if was_in_it && !is_echo && !self.settings.as_original && self.rooms.remove(room).is_some() {
            self.events.push(ClientEvent::RemovedFromRoom { room: room.into() });
        }
    }

    /// Prepares for an exit that the server is about to announce, and that I know the reason of. False if I do not
    /// listen to the room.
    pub(super) fn expect_removal(&mut self, room: &str) -> bool {
        let was_in_it = self.rooms.remove(room).is_some();
        if was_in_it {
            self.left_rooms.note(room);
        }
        was_in_it
    }

    /// Compares the server's list of my rooms with my own. If they differ, another server has taken over the session
    /// and has missed my changes: they are sent once more.
    pub(super) fn correct_rooms(&mut self, state: &ClientState<'_>) {
        let Connection::Joined { link, session, id, roster: RosterProgress::Complete, .. } = self.connection
        else {
            return;
        };
        if id != state.client.id || self.settings.as_original {
            return;
        }
        let said: BTreeSet<_> = state.rooms.iter().flatten().map(WireStr::to_str).collect();
        if !self.rooms.names().eq(said.iter().map(AsRef::as_ref)) {
            self.send_own_state(link, session, id);
        }
    }

    fn announce(&mut self, room: &str, joined: bool) {
        if self.room_changes.hold(room, joined) {
            return;
        }
        let Connection::Joined { link, session, id, .. } = self.connection else { return };
        if !joined {
            self.left_rooms.note(room);
        }
        let delta = DeltaChannelState { session, joined, id, room: Some(WireStr::from(room)) };
        let written = self.outbox.push(Stage::ServerReliable, link, &delta.into());
        debug_assert!(
            written.is_ok() || room.len() > self.settings.packets.room_name_bytes(),
            "a room's name is bounded, unless it was joined over a network that carries more"
        );
    }
}
