//! The players and rooms that the numbers of packets stand for.

use std::collections::BTreeMap;

use consonance_wire::{ClientId, RoomId, SessionId};

/// Clients and rooms whose names are remembered at the same time; others are called by their numbers.
const NAMES_MAX: usize = 20_000;

#[derive(Debug, Default)]
pub(crate) struct Names {
    clients: BTreeMap<(SessionId, ClientId), Box<str>>,
    /// The players that were here before the first packet, until a packet says something else.
    introduced: BTreeMap<ClientId, Box<str>>,
    rooms: BTreeMap<RoomId, Box<str>>,
}

impl Names {
    pub(crate) fn introduce(&mut self, id: ClientId, name: &str) {
        self.introduced.insert(id, quoted(name));
    }

    pub(crate) fn client(&mut self, session: SessionId, id: ClientId, name: &str) {
        self.introduced.remove(&id);
        if self.clients.len() < NAMES_MAX || self.clients.contains_key(&(session, id)) {
            self.clients.insert((session, id), quoted(name));
        }
    }

    pub(crate) fn forget(&mut self, session: SessionId, id: ClientId) {
        self.introduced.remove(&id);
        self.clients.remove(&(session, id));
    }

    pub(crate) fn room(&mut self, name: &str) {
        let id = RoomId::of(name);
        if self.rooms.len() < NAMES_MAX || self.rooms.contains_key(&id) {
            self.rooms.insert(id, quoted(name));
        }
    }

    /// `"Alice" #3`, or `#3`.
    pub(crate) fn of(&self, session: SessionId, id: ClientId) -> String {
        match self.clients.get(&(session, id)).or_else(|| self.introduced.get(&id)) {
            Some(name) => format!("{name} #{id}"),
            None => format!("#{id}"),
        }
    }

    /// `room "lobby"`, or `room #12345`.
    pub(crate) fn of_room(&self, id: RoomId) -> String {
        match self.rooms.get(&id) {
            Some(name) => format!("room {name}"),
            None => format!("room #{id}"),
        }
    }
}

/// As much of a name as a session allows, with every invisible character escaped.
fn quoted(name: &str) -> Box<str> {
    format!("{:?}", &name[..name.floor_char_boundary(128)]).into()
}
