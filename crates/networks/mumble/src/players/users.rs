//! The players as users: their numbers, and the channels that they are in.

use std::collections::{BTreeMap, BTreeSet};

use consonance_session::{ClientId, Instant};

use crate::players::channels::{Channels, ROOT};

/// The number of the client's own user, for as long as its connection is up.
pub(crate) const OWN: u32 = 1;

/// All players of the session except the client's own.
#[derive(Debug)]
pub(crate) struct Users {
    by_id: BTreeMap<ClientId, User>,
    by_number: BTreeMap<u32, ClientId>,
    /// Players that the client has not been told of yet, with the latest time to do so: the rooms of a new player are
    /// known a moment after it joins, and it must not seem to move.
    untold: BTreeMap<ClientId, Instant>,
    /// The same in the order of time.
    untold_by_time: BTreeSet<(Instant, ClientId)>,
    /// How many players are in each room.
    players_in: BTreeMap<Box<str>, u32>,
    last: u32,
}

/// A player as a user.
#[derive(Debug)]
pub(crate) struct User {
    pub(crate) number: u32,
    pub(crate) name: Box<str>,
    /// In the order in which it entered them.
    pub(crate) rooms: Vec<Box<str>>,
    /// The place that the client was last told.
    pub(crate) place: Place,
}

/// The place of a user: its channel, and the channels that it listens to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) channel: u32,
    pub(crate) listening: BTreeSet<u32>,
}

impl Place {
    /// The user's channel, and those that it listens to.
    pub(crate) fn channels(&self) -> impl Iterator<Item = u32> {
        [self.channel].into_iter().chain(self.listening.iter().copied())
    }
}

impl Default for Users {
    fn default() -> Self {
        Self {
            by_id: BTreeMap::new(),
            by_number: BTreeMap::new(),
            untold: BTreeMap::new(),
            untold_by_time: BTreeSet::new(),
            players_in: BTreeMap::new(),
            last: OWN,
        }
    }
}

impl Users {
    /// Adds a player that has joined; returns its number.
    pub(crate) fn insert(&mut self, id: ClientId, name: Box<str>, told_by: Instant) -> u32 {
        self.remove(id);
        self.last += 1;
        let number = self.last;
        self.by_number.insert(number, id);
        self.untold.insert(id, told_by);
        self.untold_by_time.insert((told_by, id));
        self.by_id.insert(id, User { number, name, rooms: Vec::new(), place: Place::default() });
        number
    }

    /// A player that was removed is here again, in no room yet: for the client it is the same user.
    pub(crate) fn put_back(&mut self, id: ClientId, user: User) {
        self.by_number.insert(user.number, id);
        self.by_id.insert(id, User { rooms: Vec::new(), ..user });
    }

    /// A player is gone.
    pub(crate) fn remove(&mut self, id: ClientId) -> Option<User> {
        self.note_told(id);
        let user = self.by_id.remove(&id)?;
        self.by_number.remove(&user.number);
        for room in &user.rooms {
            self.note_empty(room);
        }
        Some(user)
    }

    /// Whether the client knows of a player.
    pub(crate) fn is_told(&self, id: ClientId) -> bool {
        self.by_id.contains_key(&id) && !self.untold.contains_key(&id)
    }

    pub(crate) fn get(&self, id: ClientId) -> Option<&User> {
        self.by_id.get(&id)
    }

    /// The user of this number.
    pub(crate) fn of_number(&self, number: u32) -> Option<(ClientId, &User)> {
        let id = *self.by_number.get(&number)?;
        Some((id, self.by_id.get(&id)?))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (ClientId, &User)> {
        self.by_id.iter().map(|(id, user)| (*id, user))
    }

    /// A player entered a room.
    pub(crate) fn note_entered(&mut self, id: ClientId, room: &str) {
        if let Some(user) = self.by_id.get_mut(&id) {
            user.rooms.push(room.into());
            *self.players_in.entry(room.into()).or_default() += 1;
        }
    }

    /// A player left a room.
    pub(crate) fn note_exited(&mut self, id: ClientId, room: &str) {
        let Some(user) = self.by_id.get_mut(&id) else { return };
        let before = user.rooms.len();
        user.rooms.retain(|entered| **entered != *room);
        for _ in user.rooms.len()..before {
            self.note_empty(room);
        }
    }

    fn note_empty(&mut self, room: &str) {
        if let Some(users) = self.players_in.get_mut(room) {
            *users -= 1;
            if *users == 0 {
                self.players_in.remove(room);
            }
        }
    }

    /// Players of which the client has to be told by now.
    pub(crate) fn due(&self, now: Instant) -> Vec<ClientId> {
        self.untold_by_time.iter().take_while(|(at, _)| *at <= now).map(|(_, id)| *id).collect()
    }

    /// The time by which the client must be told of the next player.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.untold_by_time.first().map(|(at, _)| *at)
    }

    /// Notes that the client has been told of a player; false if it was told before.
    pub(crate) fn note_told(&mut self, id: ClientId) -> bool {
        let Some(at) = self.untold.remove(&id) else { return false };
        self.untold_by_time.remove(&(at, id))
    }

    /// Whether a player is in this room.
    pub(crate) fn is_used(&self, room: &str) -> bool {
        self.players_in.contains_key(room)
    }

    /// Finds out where a player is now: its number and place, and where it was, if that is another place.
    ///
    /// A player is in the channel that it was in before as long as it can be, else in the one that it entered first.
    pub(crate) fn relocate(&mut self, id: ClientId, channels: &Channels) -> Option<(u32, Place, Place)> {
        let user = self.by_id.get_mut(&id)?;
        let entered: Vec<u32> = user.rooms.iter().filter_map(|room| channels.of_room(room)).collect();
        let stays = Some(user.place.channel).filter(|channel| entered.contains(channel));
        let channel = stays.or(entered.first().copied()).unwrap_or(ROOT);
        let listening = entered.into_iter().filter(|other| *other != channel).collect();
        let place = Place { channel, listening };
        if place == user.place {
            return None;
        }
        let before = std::mem::replace(&mut user.place, place.clone());
        Some((user.number, place, before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_player_is_in_the_first_of_its_rooms_and_listens_to_the_others() {
        let channels = Channels::new("main", &["a".to_owned(), "b".to_owned()], false, 9);
        let mut users = Users::default();
        assert_eq!(users.insert(ClientId(7), "Ada".into(), Instant::START), 2);
        let place = |users: &mut Users| users.relocate(ClientId(7), &channels).map(|(_, now, _)| now);
        assert_eq!(place(&mut users), None, "in the root");
        users.note_entered(ClientId(7), "b");
        users.note_entered(ClientId(7), "hidden");
        assert_eq!(place(&mut users), Some(Place { channel: 2, listening: BTreeSet::new() }));
        users.note_entered(ClientId(7), "a");
        assert_eq!(place(&mut users), Some(Place { channel: 2, listening: [1].into() }));
        users.note_exited(ClientId(7), "b");
        assert_eq!(place(&mut users), Some(Place { channel: 1, listening: BTreeSet::new() }));
        assert!(users.is_used("hidden") && !users.is_used("b"));
        users.note_exited(ClientId(7), "a");
        assert_eq!(place(&mut users), Some(Place::default()));
        users.remove(ClientId(7));
        assert!(!users.is_used("hidden"));
    }

    #[test]
    fn players_are_told_of_in_time_and_once() {
        let mut users = Users::default();
        let at = |ms| Instant::START + std::time::Duration::from_millis(ms);
        for id in 1..=3 {
            users.insert(ClientId(id), "".into(), at(100 - u64::from(id)));
        }
        assert_eq!((users.next_due(), users.due(at(98))), (Some(at(97)), vec![ClientId(3), ClientId(2)]));
        assert_eq!([users.note_told(ClientId(3)), users.note_told(ClientId(3))], [true, false]);
        users.remove(ClientId(2));
        assert_eq!((users.next_due(), users.due(at(98))), (Some(at(99)), vec![]));
    }

    #[test]
    fn numbers_are_never_used_again() {
        let mut users = Users::default();
        let first = users.insert(ClientId(7), "Ada".into(), Instant::START);
        users.remove(ClientId(7));
        assert_ne!(users.insert(ClientId(7), "Bob".into(), Instant::START), first);
        assert_eq!(users.of_number(first).map(|(id, _)| id), None);
    }
}
