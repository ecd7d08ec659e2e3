//! The players of the session and the listeners of each room: the same tables on the server and on each client.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use consonance_wire::{ClientId, CodecParameters, RoomId};

use crate::listeners::Listeners;
use crate::room_list::{Room, RoomList};

/// Members by id, listeners by room id. `T` is the additional data of each side.
///
/// The maps are ordered ones: the order of what is sent never depends on a hash, and no choice of names can make a
/// look-up slow.
#[derive(Debug)]
pub(crate) struct Roster<T> {
    members: Vec<Option<Box<Member<T>>>>,
    count: usize,
    listeners: BTreeMap<RoomId, Listeners>,
    /// Listeners of rooms that their own lists do not have, with these rooms.
    unlisted: BTreeMap<ClientId, Vec<RoomId>>,
}

#[derive(Debug)]
pub(crate) struct Member<T> {
    pub(crate) id: ClientId,
    pub(crate) name: Box<str>,
    pub(crate) codec: CodecParameters,
    pub(crate) rooms: RoomList,
    pub(crate) data: T,
}

impl<T> Roster<T> {
    pub(crate) fn new() -> Self {
        Self { members: Vec::new(), count: 0, listeners: BTreeMap::new(), unlisted: BTreeMap::new() }
    }

    /// Adds a member without rooms; the id must be free.
    pub(crate) fn insert(&mut self, id: ClientId, name: Box<str>, codec: CodecParameters, data: T) {
        debug_assert!(self.get(id).is_none(), "an id belongs to one member");
        let index = usize::from(id.0);
        if index >= self.members.len() {
            self.members.resize_with(index + 1, || None);
        }
        let member = Member { id, name, codec, rooms: RoomList::default(), data };
        self.members[index] = Some(Box::new(member));
        self.count += 1;
    }

    /// Removes a member from every table. Its record keeps its room list, for the caller to announce.
    pub(crate) fn remove(&mut self, id: ClientId) -> Option<Member<T>> {
        let member = self.members.get_mut(usize::from(id.0))?.take()?;
        self.count -= 1;
        for room in member.rooms.iter() {
            self.stop_listening(room.id, id);
        }
        for room in self.unlisted.remove(&id).into_iter().flatten() {
            self.stop_listening(room, id);
        }
        while let Some(None) = self.members.last() {
            self.members.pop();
        }
        Some(*member)
    }

    pub(crate) fn get(&self, id: ClientId) -> Option<&Member<T>> {
        self.members.get(usize::from(id.0))?.as_deref()
    }

    pub(crate) fn get_mut(&mut self, id: ClientId) -> Option<&mut Member<T>> {
        self.members.get_mut(usize::from(id.0))?.as_deref_mut()
    }

    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// Members by ascending id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Member<T>> {
        self.members.iter().filter_map(Option::as_deref)
    }

    /// Adds the member to the room's listeners; false if it was one already or is unknown.
    pub(crate) fn enter(&mut self, id: ClientId, room: &str) -> bool {
        let Some(member) = self.get_mut(id) else { return false };
        let entered = member.rooms.insert(room);
        if entered {
            self.listeners.entry(RoomId::of(room)).or_default().insert(id);
        }
        entered
    }

    /// Removes the member from the room's listeners; false if it was not one.
    pub(crate) fn leave(&mut self, id: ClientId, room: &str) -> bool {
        let Some(room) = self.get_mut(id).and_then(|member| member.rooms.remove(room)) else { return false };
        self.left(id, &room);
        true
    }

    /// Removes the member from the last room of its list; returns the name.
    pub(crate) fn leave_last(&mut self, id: ClientId) -> Option<String> {
        let room = self.get_mut(id)?.rooms.pop()?;
        self.left(id, &room);
        Some(room.name.into())
    }

    /// The first listener of a room whose id is `from` or above: a walk that leaves the roster free in between.
    pub(crate) fn listener_from(&self, room: RoomId, from: u16) -> Option<ClientId> {
        self.listeners.get(&room)?.first_from(from)
    }

    /// The listeners of a room, by ascending id.
    pub(crate) fn listeners(&self, room: RoomId) -> &[ClientId] {
        self.listeners.get(&room).map_or(&[], Listeners::as_slice)
    }

    /// Removes the listeners of all rooms, but keeps the members' own lists: a filled handshake response brings the
    /// table again.
    pub(crate) fn clear_listeners(&mut self) {
        self.listeners.clear();
        self.unlisted.clear();
    }

    /// Adds a member to the listeners of a room id, regardless of its own list.
    pub(crate) fn listen(&mut self, room: RoomId, id: ClientId) {
        self.listeners.entry(room).or_default().insert(id);
        if self.get(id).is_some_and(|member| !member.rooms.contains_id(room)) {
            self.unlisted.entry(id).or_default().push(room);
        }
    }

    fn left(&mut self, id: ClientId, room: &Room) {
        // Several rooms can share an id; it is left with the last of them.
        if self.get(id).is_some_and(|member| !member.rooms.contains_id(room.id)) {
            self.stop_listening(room.id, id);
        }
    }

    fn stop_listening(&mut self, room: RoomId, id: ClientId) {
        if let Some(listeners) = self.listeners.get_mut(&room) {
            listeners.remove(id);
            if listeners.is_empty() {
                self.listeners.remove(&room);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use consonance_wire::CodecId;

    const CODEC: CodecParameters =
        CodecParameters { kind: CodecId::OPUS, frame_size_samples: 960, sample_rate_hz: 48_000 };

    fn roster(names: &[&str]) -> Roster<()> {
        let mut roster = Roster::new();
        for (id, name) in names.iter().enumerate() {
            roster.insert(ClientId(id as u16), (*name).into(), CODEC, ());
        }
        roster
    }

    #[test]
    fn listeners_come_by_ascending_id() {
        let mut roster = roster(&["a", "b", "c"]);
        for id in [2, 0, 1] {
            assert!(roster.enter(ClientId(id), "lobby"));
        }
        assert!(!roster.enter(ClientId(1), "lobby"));
        let lobby = RoomId::of("lobby");
        let ids = [0, 1, 2, 3].map(|from| roster.listener_from(lobby, from).map(|id| id.0));
        assert_eq!(ids, [Some(0), Some(1), Some(2), None]);
    }

    #[test]
    fn an_empty_room_leaves_the_table() {
        let mut roster = roster(&["a"]);
        roster.enter(ClientId(0), "lobby");
        assert!(roster.leave(ClientId(0), "lobby"));
        assert!(!roster.leave(ClientId(0), "lobby"));
        assert!(roster.listeners.is_empty());
    }

    #[test]
    fn a_member_that_goes_is_in_no_table_any_more() {
        let mut roster = roster(&["a", "b"]);
        roster.enter(ClientId(1), "lobby");
        let gone = roster.remove(ClientId(1)).unwrap();
        assert_eq!(&*gone.name, "b");
        assert_eq!(gone.rooms.names().collect::<Vec<_>>(), ["lobby"]);
        assert!(roster.get(ClientId(1)).is_none());
        assert!(roster.listeners.is_empty());
        assert_eq!(roster.len(), 1);
    }

    #[test]
    fn rooms_are_left_from_the_end_of_the_list() {
        let mut roster = roster(&["a"]);
        for room in ["x", "z", "y"] {
            roster.enter(ClientId(0), room);
        }
        let mut left = Vec::new();
        while let Some(room) = roster.leave_last(ClientId(0)) {
            left.push(room);
        }
        assert_eq!(left, ["z", "y", "x"]);
        assert!(roster.listeners.is_empty());
    }
}
