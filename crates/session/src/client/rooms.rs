//! The rooms that I listen to, announced to the server as they change.

use alloc::boxed::Box;
use alloc::collections::{BTreeSet, VecDeque};
use alloc::vec::Vec;
use core::mem;

use consonance_wire::{ClientState, DeltaChannelState, RoomId, RosterEntry, WireStr};

use super::event::ClientEvent;
use super::output::Output;
use super::send_order::SendOrder;
use super::server_link::Joined;
use super::settings::ClientSettings;
use crate::limits::STATE_BYTES;
use crate::packet_limits::write_state;
use crate::room_list::RoomList;

/// The reason why a room cannot be joined.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RoomError {
    /// The name has more bytes than the limit.
    #[error("the room's name has {bytes} bytes, at most {limit} are allowed: choose a shorter one")]
    NameTooLong {
        /// Bytes of the name.
        bytes: usize,
        /// Bytes that a room's name may have.
        limit: usize,
    },
    /// As many rooms as the limit allows, or as one packet can list, are joined already.
    #[error("{joined} rooms are joined and no further one fits: leave one first")]
    TooMany {
        /// Rooms joined now.
        joined: usize,
    },
    /// Another joined room has the same 16-bit id, so the wire cannot tell them apart.
    #[error("on the wire this room cannot be told from {as_room:?}, which is joined: rename one of them")]
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

/// Rooms whose exit I have sent and the server, which announces it to all clients, has not echoed yet: in order, with
/// one entry per exit.
#[derive(Debug, Default)]
struct LeftRooms(VecDeque<Box<str>>);

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
}

/// Changes of my rooms, on their way to the server.
#[derive(Debug, Default)]
enum RoomChanges {
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

/// The rooms that I listen to, in a session or not.
#[derive(Debug, Default)]
pub(super) struct OwnRooms {
    list: RoomList,
    left: LeftRooms,
    changes: RoomChanges,
}

impl OwnRooms {
    pub(super) fn list(&self) -> &RoomList {
        &self.list
    }

    /// See [`Client::join_room`](super::Client::join_room).
    pub(super) fn join(
        &mut self,
        room: &str,
        me: Option<Joined>,
        settings: &ClientSettings,
        out: &mut Output,
    ) -> Result<(), RoomError> {
        if self.list.contains(room) {
            return Ok(());
        }
        let limits = &settings.limits;
        if room.len() > limits.room_name_bytes {
            return Err(RoomError::NameTooLong { bytes: room.len(), limit: limits.room_name_bytes });
        }
        let listed: usize = self.list.names().map(|name| 2 + name.len()).sum();
        let state = STATE_BYTES + settings.name.len() + listed + 2 + room.len();
        if self.list.len() >= limits.rooms_per_client || state > settings.packets.reliable_bytes {
            return Err(RoomError::TooMany { joined: self.list.len() });
        }
        if let Some(as_room) = self.list.name_of(RoomId::of(room)) {
            return Err(RoomError::SameId { as_room: as_room.into() });
        }
        self.list.insert(room);
        self.announce(room, true, me, settings, out);
        Ok(())
    }

    /// See [`Client::leave_room`](super::Client::leave_room).
    pub(super) fn leave(
        &mut self,
        room: &str,
        me: Option<Joined>,
        settings: &ClientSettings,
        out: &mut Output,
    ) {
        if self.list.remove(room).is_some() {
            self.announce(room, false, me, settings, out);
        }
    }

    /// Holds the following changes back until [`announce_all`](Self::announce_all).
    pub(super) fn collect_changes(&mut self) {
        if let RoomChanges::AtOnce = self.changes {
            self.changes = RoomChanges::Few(Vec::new());
        }
    }

    /// Announces the changes that were held back.
    pub(super) fn announce_all(&mut self, me: Option<Joined>, settings: &ClientSettings, out: &mut Output) {
        match mem::take(&mut self.changes) {
            RoomChanges::AtOnce => {}
            RoomChanges::Few(changes) => {
                for (room, joined) in &changes {
                    self.announce(room, *joined, me, settings, out);
                }
            }
            RoomChanges::Many => {
                if let Some(me) = me {
                    self.send_all(me, settings, out);
                }
            }
        }
    }

    /// A link to another session or server: exits that were sent over an earlier link get no answer any more.
    pub(super) fn forget_exits(&mut self) {
        self.left.0.clear();
    }

    /// Handles the server's message that I have left a room. If I did not, the server has removed me, and I no longer
    /// listen to the room, neither in this session nor in later ones, until I join it again.
    pub(super) fn note_exit(
        &mut self,
        room: &str,
        was_in_it: bool,
        settings: &ClientSettings,
        out: &mut Output,
    ) {
        let is_echo = self.left.take(room);
        if was_in_it && !is_echo && !settings.as_original && self.list.remove(room).is_some() {
            out.event(ClientEvent::RemovedFromRoom { room: room.into() });
        }
    }

    /// The server moves me from one room to another. A client that has already left the first room does not follow.
    pub(super) fn follow_move(
        &mut self,
        from: Box<str>,
        to: Box<str>,
        me: Option<Joined>,
        settings: &ClientSettings,
        out: &mut Output,
    ) -> Option<ClientEvent<'static>> {
        self.list.remove(&from)?;
        // The server is about to announce this exit.
        self.left.note(&from);
        Some(match self.join(&to, me, settings, out) {
            Ok(()) => ClientEvent::Moved { from, to },
            Err(_) => ClientEvent::RemovedFromRoom { room: from },
        })
    }

    /// Compares the server's list of my rooms with my own. If they differ, another server has taken over the session
    /// and has missed my changes: they are sent once more.
    pub(super) fn correct(
        &self,
        state: &ClientState<'_>,
        me: Joined,
        settings: &ClientSettings,
        out: &mut Output,
    ) {
        let said: BTreeSet<_> = state.rooms.iter().flatten().map(WireStr::to_str).collect();
        if !self.list.names().eq(said.iter().map(AsRef::as_ref)) {
            self.send_all(me, settings, out);
        }
    }

    /// Sends my state: name, codec, and all my rooms.
    pub(super) fn send_all(&self, me: Joined, settings: &ClientSettings, out: &mut Output) {
        let Joined { link, session, id } = me;
        let client = RosterEntry { name: Some(WireStr::from(&*settings.name)), id, codec: settings.codec };
        let rooms: Vec<&str> = self.list.names().collect();
        write_state(session, &client, &rooms, settings.packets.reliable_bytes, |packet| {
            out.outbox.push_bytes(SendOrder::ServerReliable, [link], packet);
        });
    }

    fn announce(
        &mut self,
        room: &str,
        joined: bool,
        me: Option<Joined>,
        settings: &ClientSettings,
        out: &mut Output,
    ) {
        if self.changes.hold(room, joined) {
            return;
        }
        let Some(Joined { link, session, id }) = me else { return };
        if !joined {
            self.left.note(room);
        }
        let delta = DeltaChannelState { session, joined, id, room: Some(WireStr::from(room)) };
        let written = out.send(SendOrder::ServerReliable, link, &delta.into());
        debug_assert!(
            written.is_ok() || room.len() > settings.packets.room_name_bytes(),
            "a room's name is bounded, unless it was joined over a network that carries more"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::server_link::IN_TESTS as ME;
    use super::*;

    #[test]
    fn an_exit_that_is_the_echo_of_mine_leaves_the_room_and_another_one_removes_me() {
        let (mut rooms, mut out) = (OwnRooms::default(), Output::new(8));
        let settings = ClientSettings::new("Alice");
        rooms.join("lobby", Some(ME), &settings, &mut out).unwrap();
        rooms.leave("lobby", Some(ME), &settings, &mut out);
        rooms.join("lobby", Some(ME), &settings, &mut out).unwrap();
        rooms.note_exit("lobby", true, &settings, &mut out);
        assert!(rooms.list().contains("lobby") && out.events.pop().is_none());
        rooms.note_exit("lobby", true, &settings, &mut out);
        assert!(!rooms.list().contains("lobby"));
        assert_eq!(out.events.pop(), Some(ClientEvent::RemovedFromRoom { room: "lobby".into() }));
    }

    #[test]
    fn the_echo_of_an_exit_over_an_earlier_link_never_comes() {
        let (mut rooms, mut out) = (OwnRooms::default(), Output::new(8));
        let settings = ClientSettings::new("Alice");
        rooms.join("lobby", Some(ME), &settings, &mut out).unwrap();
        rooms.leave("lobby", Some(ME), &settings, &mut out);
        rooms.forget_exits();
        rooms.join("lobby", Some(ME), &settings, &mut out).unwrap();
        rooms.note_exit("lobby", true, &settings, &mut out);
        assert!(!rooms.list().contains("lobby"));
    }
}
