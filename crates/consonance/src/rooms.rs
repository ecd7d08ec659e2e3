//! The rooms that the game listens to, each with a count of its requests.

use std::collections::BTreeMap;

use consonance_session::{Client, RoomError, RoomId};

/// How often each room was joined and not left. Only the first join and the last leave reach the session.
#[derive(Debug, Default)]
pub(crate) struct JoinedRooms {
    rooms: BTreeMap<String, Joined>,
    /// Whether a waiting room may have a place now.
    is_to_settle: bool,
}

#[derive(Debug)]
struct Joined {
    id: RoomId,
    times: u32,
    /// Whether the server took us out of it. It still has to be left as often as it was joined, since the callers do
    /// not know.
    is_refused: bool,
    /// Whether the session has a place for it: another room with the same id may be listened to, or there are too many.
    place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Taken,
    Wanted,
    /// None, as reported.
    Missing,
}

impl Joined {
    fn once(room: &str) -> Self {
        Self { id: RoomId::of(room), times: 1, is_refused: false, place: Place::Taken }
    }
}

impl JoinedRooms {
    /// The rooms that the session was started with, one mention each.
    pub(crate) fn new<'r>(rooms: impl Iterator<Item = &'r str>) -> Self {
        let rooms = rooms.map(|room| (room.to_owned(), Joined::once(room))).collect();
        Self { rooms, is_to_settle: false }
    }

    /// # Errors
    /// If the session cannot take the room, which then is not counted.
    pub(crate) fn join(&mut self, room: String, client: &mut Client) -> Result<(), RoomError> {
        let Some(joined) = self.rooms.get_mut(&room) else {
            client.join_room(&room)?;
            let joined = Joined::once(&room);
            self.rooms.insert(room, joined);
            return Ok(());
        };
        if joined.is_refused || joined.place != Place::Taken {
            client.join_room(&room)?;
            (joined.is_refused, joined.place) = (false, Place::Taken);
        }
        joined.times = joined.times.saturating_add(1);
        Ok(())
    }

    /// Joins a room for a caller that will leave it exactly once, whatever happens. A room without a place in the
    /// session waits for one; see [`settle`](Self::settle).
    pub(crate) fn hold(&mut self, room: String) {
        let wanted = |room: &String| Joined { times: 0, place: Place::Wanted, ..Joined::once(room) };
        let joined = self.rooms.entry(room).or_insert_with_key(wanted);
        joined.times = joined.times.saturating_add(1);
        if joined.is_refused {
            (joined.is_refused, joined.place) = (false, Place::Wanted);
        }
        self.is_to_settle |= joined.place != Place::Taken;
    }

    /// Whether a room waits that may have a place now.
    pub(crate) fn is_to_settle(&self) -> bool {
        self.is_to_settle
    }

    /// Joins the waiting rooms, as far as there are places now; returns the errors of rooms that start to wait.
    pub(crate) fn settle(&mut self, client: &mut Client) -> Vec<RoomError> {
        self.is_to_settle = false;
        let mut missing = Vec::new();
        for (room, joined) in self.rooms.iter_mut().filter(|(_, joined)| joined.place != Place::Taken) {
            match client.join_room(room) {
                Ok(()) => joined.place = Place::Taken,
                Err(error) => {
                    missing.extend((joined.place == Place::Wanted).then_some(error));
                    joined.place = Place::Missing;
                }
            }
        }
        missing
    }

    pub(crate) fn leave(&mut self, room: &str, client: &mut Client) {
        let Some(joined) = self.rooms.get_mut(room) else { return };
        joined.times -= 1;
        if joined.times == 0 {
            self.rooms.remove(room);
            client.leave_room(room);
            self.is_to_settle = true;
        }
    }

    /// The server has taken us out of a room. A later call asks the server again.
    pub(crate) fn lose(&mut self, room: &str) {
        if let Some(joined) = self.rooms.get_mut(room) {
            joined.is_refused = true;
            self.is_to_settle = true;
        }
    }

    /// The server has moved us from a room to another one. The caller that joined the first one leaves the second.
    pub(crate) fn follow_move(&mut self, from: &str, to: &str) {
        let Some(moved) = self.rooms.remove(from) else { return };
        let there = self.rooms.entry(to.to_owned()).or_insert(Joined { times: 0, ..Joined::once(to) });
        there.times = there.times.saturating_add(moved.times);
        (there.is_refused, there.place) = (false, Place::Taken);
        self.is_to_settle = true;
    }

    /// The rooms that the server took us out of, and that are still wanted.
    pub(crate) fn refused(&self) -> impl Iterator<Item = &str> {
        self.rooms.iter().filter(|(_, joined)| joined.is_refused).map(|(room, _)| &**room)
    }

    /// The rooms that wait for a place.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = &str> {
        self.rooms.iter().filter(|(_, joined)| joined.place == Place::Missing).map(|(room, _)| &**room)
    }

    /// The name of a room that is listened to.
    pub(crate) fn name_of(&self, id: RoomId) -> Option<&str> {
        let is_heard = |joined: &Joined| !joined.is_refused && joined.place == Place::Taken;
        self.rooms.iter().find(|(_, joined)| joined.id == id && is_heard(joined)).map(|(room, _)| &**room)
    }
}

#[cfg(test)]
mod tests {
    use consonance_session::ClientSettings;

    use super::*;

    fn rooms(client: &Client) -> Vec<&str> {
        client.rooms().collect()
    }

    fn client_of_one_room() -> Client {
        let mut settings = ClientSettings::new("Alice");
        settings.limits.rooms_per_client = 1;
        Client::new(settings)
    }

    #[test]
    fn a_room_is_left_when_it_was_left_as_often_as_joined() {
        let mut client = Client::new(ClientSettings::new("Alice"));
        let mut joined = JoinedRooms::default();
        joined.join("lobby".into(), &mut client).unwrap();
        joined.join("lobby".into(), &mut client).unwrap();
        joined.leave("lobby", &mut client);
        assert_eq!(rooms(&client), ["lobby"]);
        joined.leave("lobby", &mut client);
        assert!(rooms(&client).is_empty());
        joined.leave("lobby", &mut client);
        joined.join("lobby".into(), &mut client).unwrap();
        assert_eq!(rooms(&client), ["lobby"], "leaving once too often counts for nothing");
    }

    #[test]
    fn a_lost_room_is_requested_again_by_the_next_join_and_left_as_often_as_joined() {
        let mut client = Client::new(ClientSettings::new("Alice"));
        let mut joined = JoinedRooms::default();
        joined.join("vip".into(), &mut client).unwrap();
        client.leave_room("vip");
        joined.lose("vip");
        joined.lose("never joined");
        assert_eq!(joined.refused().collect::<Vec<_>>(), ["vip"]);
        joined.join("vip".into(), &mut client).unwrap();
        assert_eq!((rooms(&client), joined.refused().count()), (vec!["vip"], 0));
        joined.leave("vip", &mut client);
        assert_eq!(rooms(&client), ["vip"], "the first one has not left yet");
        joined.lose("vip");
        joined.leave("vip", &mut client);
        assert!(joined.refused().next().is_none() && joined.rooms.is_empty());
    }

    #[test]
    fn a_moved_player_leaves_the_new_room_as_often_as_it_joined_either() {
        let mut client = Client::new(ClientSettings::new("Alice"));
        let mut joined = JoinedRooms::default();
        for room in ["lobby", "lobby", "jail"] {
            joined.join(room.into(), &mut client).unwrap();
        }
        client.leave_room("lobby");
        joined.follow_move("lobby", "jail");
        joined.follow_move("never joined", "jail");
        for _ in 0..2 {
            joined.leave("jail", &mut client);
            assert_eq!(rooms(&client), ["jail"]);
        }
        joined.leave("jail", &mut client);
        assert!(rooms(&client).is_empty() && joined.rooms.is_empty());
    }

    #[test]
    fn a_room_that_cannot_be_joined_is_not_counted() {
        let mut client = Client::new(ClientSettings::new("Alice"));
        let mut joined = JoinedRooms::default();
        assert!(joined.join("x".repeat(1000), &mut client).is_err());
        assert!(joined.rooms.is_empty());
    }

    #[test]
    fn a_room_that_is_held_waits_for_its_place_and_takes_it_as_soon_as_there_is_one() {
        let mut client = client_of_one_room();
        let mut joined = JoinedRooms::default();
        joined.join("base".into(), &mut client).unwrap();
        joined.hold("zone".into());
        assert_eq!(joined.settle(&mut client), [RoomError::TooMany { joined: 1 }]);
        assert_eq!(joined.waiting().collect::<Vec<_>>(), ["zone"]);
        assert!(joined.settle(&mut client).is_empty(), "it is told once");
        joined.leave("base", &mut client);
        assert!(joined.settle(&mut client).is_empty());
        assert_eq!((rooms(&client), joined.waiting().count()), (vec!["zone"], 0));
        joined.leave("zone", &mut client);
        assert!(rooms(&client).is_empty() && joined.rooms.is_empty());
    }

    #[test]
    fn what_is_held_and_what_takes_its_place_may_change_places_in_one_go() {
        let mut client = client_of_one_room();
        let mut joined = JoinedRooms::default();
        joined.hold("west".into());
        assert!(joined.settle(&mut client).is_empty());
        joined.hold("east".into());
        joined.leave("west", &mut client);
        assert!(joined.settle(&mut client).is_empty(), "nothing had to wait");
        assert_eq!(rooms(&client), ["east"]);
    }

    #[test]
    fn giving_up_a_room_that_never_had_a_place_takes_it_from_no_other() {
        let mut client = client_of_one_room();
        let mut joined = JoinedRooms::default();
        joined.join("base".into(), &mut client).unwrap();
        joined.hold("zone".into());
        assert_eq!(joined.settle(&mut client).len(), 1);
        joined.leave("base", &mut client);
        joined.join("zone".into(), &mut client).unwrap();
        joined.leave("zone", &mut client);
        assert_eq!(rooms(&client), ["zone"], "the other one listens still");
    }
}
