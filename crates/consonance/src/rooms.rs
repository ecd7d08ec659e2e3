//! The rooms that the game listens to, each as often as it asked for it.

use std::collections::BTreeMap;

use consonance_session::{Client, RoomError, RoomId};

/// How often each room was joined and not left. Only the first time and the last are told to the session.
#[derive(Debug, Default)]
pub(crate) struct JoinedRooms(BTreeMap<String, Joined>);

#[derive(Debug)]
struct Joined {
    id: RoomId,
    times: u32,
    /// The server took us out of it. It is still to be left as often as it was joined, as
    /// whoever joined it does not know.
    is_refused: bool,
}

impl Joined {
    fn once(room: &str) -> Self {
        Self { id: RoomId::of(room), times: 1, is_refused: false }
    }
}

impl JoinedRooms {
    /// The rooms that the session was started with, one mention each.
    pub(crate) fn new<'r>(rooms: impl Iterator<Item = &'r str>) -> Self {
        Self(rooms.map(|room| (room.to_owned(), Joined::once(room))).collect())
    }

    /// # Errors
    /// If the session cannot take the room; then it is not counted.
    pub(crate) fn join(&mut self, room: String, client: &mut Client) -> Result<(), RoomError> {
        let Some(joined) = self.0.get_mut(&room) else {
            client.join_room(&room)?;
            let joined = Joined::once(&room);
            self.0.insert(room, joined);
            return Ok(());
        };
        if joined.is_refused {
            client.join_room(&room)?;
            joined.is_refused = false;
        }
        joined.times = joined.times.saturating_add(1);
        Ok(())
    }

    pub(crate) fn leave(&mut self, room: &str, client: &mut Client) {
        let Some(joined) = self.0.get_mut(room) else { return };
        joined.times -= 1;
        if joined.times == 0 {
            self.0.remove(room);
            client.leave_room(room);
        }
    }

    /// The server has taken us out of a room. Whoever asks for it from now on asks the server again.
    pub(crate) fn lose(&mut self, room: &str) {
        if let Some(joined) = self.0.get_mut(room) {
            joined.is_refused = true;
        }
    }

    /// The server has taken us out of a room and into another one. Whoever joined the one leaves the other.
    pub(crate) fn follow_move(&mut self, from: &str, to: &str) {
        let Some(moved) = self.0.remove(from) else { return };
        let there = self.0.entry(to.to_owned()).or_insert(Joined { times: 0, ..Joined::once(to) });
        there.times = there.times.saturating_add(moved.times);
        there.is_refused = false;
    }

    /// The rooms that the server took us out of, and that are still wanted.
    pub(crate) fn refused(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|(_, joined)| joined.is_refused).map(|(room, _)| &**room)
    }

    /// The name of a room that is listened to.
    pub(crate) fn name_of(&self, id: RoomId) -> Option<&str> {
        self.0.iter().find(|(_, joined)| joined.id == id && !joined.is_refused).map(|(room, _)| &**room)
    }
}

#[cfg(test)]
mod tests {
    use consonance_session::ClientSettings;

    use super::*;

    fn rooms(client: &Client) -> Vec<&str> {
        client.rooms().collect()
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
    fn a_lost_room_is_asked_for_again_by_whoever_joins_it_and_left_as_often_as_joined() {
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
        assert!(joined.refused().next().is_none() && joined.0.is_empty());
    }

    #[test]
    fn who_is_moved_leaves_the_new_room_as_often_as_it_joined_either() {
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
        assert!(rooms(&client).is_empty() && joined.0.is_empty());
    }

    #[test]
    fn a_room_that_cannot_be_joined_is_not_counted() {
        let mut client = Client::new(ClientSettings::new("Alice"));
        let mut joined = JoinedRooms::default();
        assert!(joined.join("x".repeat(1000), &mut client).is_err());
        assert!(joined.0.is_empty());
    }
}
