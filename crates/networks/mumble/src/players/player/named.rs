//! The users and channels that a message of the client names.

use std::collections::BTreeSet;

use consonance_session::{ClientId, Target};

use crate::players::channels::{Channels, Trees};
use crate::players::users::Users;

/// The players and rooms that were named, each once, up to a limit. What is beyond it costs nothing.
#[derive(Debug)]
pub(super) struct Named {
    most: usize,
    users: BTreeSet<ClientId>,
    channels: Trees,
    has_too_many: bool,
}

impl Named {
    pub(super) fn new(most: usize) -> Self {
        Self { most, users: BTreeSet::new(), channels: Trees::default(), has_too_many: false }
    }

    /// Adds the users of these numbers, as far as they are here.
    pub(super) fn add_users(&mut self, numbers: &[u32], users: &Users) {
        for number in numbers {
            let Some((id, _)) = users.of_number(*number) else { continue };
            if self.room_left() == 0 && !self.users.contains(&id) {
                self.has_too_many = true;
                return;
            }
            self.users.insert(id);
        }
    }

    /// Adds a channel, if it is a room, or all rooms in it and below.
    pub(super) fn add_channel(&mut self, channel: u32, with_children: bool, channels: &Channels) {
        if self.has_too_many {
            return;
        }
        // One more than there is room for shows that there are too many.
        let most = self.channels.rooms.len() + self.room_left() + 1;
        if with_children {
            channels.add_tree(channel, &mut self.channels, most);
        } else if channels.room(channel).is_some() {
            self.channels.rooms.insert(channel);
        }
        if self.channels.rooms.len() == most {
            self.has_too_many = true;
            self.channels.rooms.pop_last();
        }
    }

    /// Whether some were left out.
    pub(super) fn has_too_many(&self) -> bool {
        self.has_too_many
    }

    /// The names of all.
    pub(super) fn targets(&self, users: &Users, channels: &Channels) -> Vec<Target> {
        let players = self.users.iter().filter_map(|id| users.get(*id));
        let players = players.map(|user| Target::Player(user.name.clone()));
        let rooms = self.channels.rooms.iter().filter_map(|channel| channels.room(*channel));
        players.chain(rooms.map(|room| Target::Room(room.into()))).collect()
    }

    fn room_left(&self) -> usize {
        self.most.saturating_sub(self.users.len() + self.channels.rooms.len())
    }
}

#[cfg(test)]
mod tests {
    use consonance_session::Instant;

    use super::*;

    #[test]
    fn what_is_named_counts_once_and_up_to_the_limit() {
        let rooms = ["a", "a/b", "a/c", "d"].map(String::from);
        let channels = Channels::new("main", &rooms, true, 100);
        let mut users = Users::default();
        let numbers: Vec<u32> =
            (1..=3).map(|id| users.insert(ClientId(id), format!("{id}").into(), Instant::START)).collect();
        let mut named = Named::new(5);
        named.add_users(&[numbers[0], 999, numbers[0]], &users);
        named.add_channel(2, false, &channels);
        named.add_channel(1, false, &channels);
        named.add_channel(1, true, &channels);
        named.add_channel(0, false, &channels);
        named.add_users(&[numbers[1], numbers[0]], &users);
        assert!(!named.has_too_many());
        let target = |target: &Target| match target {
            Target::Player(name) => format!("player {name}"),
            Target::Room(room) => format!("room {room}"),
        };
        let targets = |named: &Named| named.targets(&users, &channels).iter().map(target).collect::<Vec<_>>();
        assert_eq!(targets(&named), ["player 1", "player 2", "room a", "room a/b", "room a/c"]);
        named.add_users(&[numbers[2]], &users);
        assert_eq!((named.has_too_many(), targets(&named).len()), (true, 5));
        let mut named = Named::new(2);
        named.add_channel(0, true, &channels);
        assert_eq!((named.has_too_many(), targets(&named).len()), (true, 2));
    }
}
