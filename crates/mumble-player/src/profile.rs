//! What Mumble's clients tell each other that a session does not carry: users of one listener learn it from each
//! other.

use std::collections::BTreeMap;

use consonance_session::{ClientId, Position};

/// What a user shows of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Its microphone is off.
    pub self_mute: bool,
    /// Its loudspeaker is off.
    pub self_deaf: bool,
    /// It records.
    pub is_recording: bool,
    /// The hash of its certificate; empty if it has none.
    pub hash: Box<str>,
}

/// The users of one listener, by their players.
#[derive(Debug, Default)]
pub struct Neighbours {
    by_id: BTreeMap<ClientId, Neighbour>,
    /// Counts changes of profiles, so that players need not look at all of them each time.
    changes: u64,
}

#[derive(Debug, Default)]
struct Neighbour {
    profile: Profile,
    place: Option<(Box<[u8]>, Position)>,
}

impl Neighbours {
    /// What a player shows from now on; false if that is what it shows already.
    pub fn set_profile(&mut self, id: ClientId, profile: &Profile) -> bool {
        if self.profile(id) == Some(profile) {
            return false;
        }
        self.by_id.entry(id).or_default().profile.clone_from(profile);
        self.changes += 1;
        true
    }

    /// Where a player is, in which world; worlds without a name are none.
    pub fn set_place(&mut self, id: ClientId, world: &[u8], position: Option<Position>) {
        let Some(neighbour) = self.by_id.get_mut(&id) else { return };
        neighbour.place = position.filter(|_| !world.is_empty()).map(|position| (world.into(), position));
    }

    /// A player is gone.
    pub fn remove(&mut self, id: ClientId) {
        self.by_id.remove(&id);
    }

    /// What a player shows, if it is a user of this listener.
    pub fn profile(&self, id: ClientId) -> Option<&Profile> {
        self.by_id.get(&id).map(|neighbour| &neighbour.profile)
    }

    /// How often a profile has changed.
    pub(crate) fn changes(&self) -> u64 {
        self.changes
    }

    /// Where a player is, for one that is in this world.
    pub fn place(&self, id: ClientId, world: &[u8]) -> Option<Position> {
        let (its_world, position) = self.by_id.get(&id)?.place.as_ref()?;
        (**its_world == *world).then_some(*position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_for_those_in_the_same_world() {
        let mut neighbours = Neighbours::default();
        assert!(neighbours.set_profile(ClientId(1), &Profile::default()));
        assert!(!neighbours.set_profile(ClientId(1), &Profile::default()));
        let position = Position::new([1.0, 2.0, 3.0]).ok();
        neighbours.set_place(ClientId(1), b"map 7", position);
        assert_eq!(neighbours.place(ClientId(1), b"map 7"), position);
        assert_eq!(neighbours.place(ClientId(1), b"map 8"), None);
        neighbours.set_place(ClientId(1), b"", position);
        assert_eq!(neighbours.place(ClientId(1), b""), None);
        neighbours.remove(ClientId(1));
        assert_eq!(neighbours.profile(ClientId(1)), None);
    }
}
