//! State that Mumble's clients exchange and a session does not carry: the gateway shares it between the users of one
//! listener.

use std::collections::{BTreeMap, VecDeque};

use consonance_link::gateway::{PlaceInWorld, World};
use consonance_session::{ClientId, Position};

use crate::VoicePlace;

/// The state that a user shows to others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Whether its microphone is off.
    pub self_mute: bool,
    /// Whether its loudspeaker is off.
    pub self_deaf: bool,
    /// Whether it records.
    pub is_recording: bool,
    /// The hash of its certificate; empty if it has none.
    pub hash: Box<str>,
}

/// The users of one listener, by their players, and the places of other players.
#[derive(Debug, Default)]
pub struct Neighbours {
    by_id: BTreeMap<ClientId, Neighbour>,
    /// What players who are no users of this listener share.
    elsewhere: BTreeMap<ClientId, PlaceInWorld>,
    /// Counts changes of profiles, so that players need not look at all of them each time.
    changes: u64,
    /// Users with profiles that have changed last, the newest at the end.
    changed: VecDeque<ClientId>,
}

#[derive(Debug, Default)]
struct Neighbour {
    profile: Profile,
    place: Option<(World, VoicePlace)>,
}

impl Neighbours {
    /// Sets a player's profile; returns false if it is unchanged.
    pub fn set_profile(&mut self, id: ClientId, profile: &Profile) -> bool {
        if self.profile(id) == Some(profile) {
            return false;
        }
        self.by_id.entry(id).or_default().profile.clone_from(profile);
        self.changes += 1;
        if self.changed.len() == CHANGED_MAX {
            self.changed.pop_front();
        }
        self.changed.push_back(id);
        true
    }

    /// Sets a player's world and its place there. As in Mumble's server, the empty name is a world like any other: the
    /// clients of some games never name one.
    pub fn set_place(&mut self, id: ClientId, place: Option<(&World, VoicePlace)>) {
        if let Some(neighbour) = self.by_id.get_mut(&id) {
            neighbour.place = place.map(|(world, place)| (world.clone(), place));
        }
    }

    /// Sets the place of a player who is no user of this listener, such as a page's.
    pub fn set_place_elsewhere(&mut self, id: ClientId, place: Option<PlaceInWorld>) {
        match place {
            Some(place) => self.elsewhere.insert(id, place),
            None => self.elsewhere.remove(&id),
        };
    }

    /// Removes a player that has left.
    pub fn remove(&mut self, id: ClientId) {
        self.by_id.remove(&id);
    }

    /// A player's profile, if it is a user of this listener.
    pub fn profile(&self, id: ClientId) -> Option<&Profile> {
        self.by_id.get(&id).map(|neighbour| &neighbour.profile)
    }

    /// The number of profile changes so far.
    pub(crate) fn changes(&self) -> u64 {
        self.changes
    }

    /// The users whose profiles have changed since this number of changes; `None` if those are more than are kept.
    pub(crate) fn changed_since(&self, changes: u64) -> Option<impl Iterator<Item = ClientId>> {
        let count = usize::try_from(self.changes.checked_sub(changes)?).ok()?;
        let first = self.changed.len().checked_sub(count)?;
        Some(self.changed.iter().skip(first).copied())
    }

    /// A player's place, if it is in this world.
    pub fn place(&self, id: ClientId, world: &World) -> Option<VoicePlace> {
        let (its_world, place) = self.by_id.get(&id)?.place.as_ref()?;
        (its_world == world).then_some(*place)
    }

    /// The position of a player who is no user of this listener, if it is in this world.
    pub(crate) fn position_elsewhere(&self, id: ClientId, world: &World) -> Option<Position> {
        self.elsewhere.get(&id).filter(|place| place.world == *world).map(|place| place.position)
    }
}

/// Maximum number of changes that are kept: players look after each change, so that more pile up only at the start.
const CHANGED_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_have_changed_are_named_and_after_too_many_none_are() {
        let mut neighbours = Neighbours::default();
        let muted = Profile { self_mute: true, ..Profile::default() };
        for id in 1..=200 {
            neighbours.set_profile(ClientId(id), &muted);
        }
        let changed = |since| neighbours.changed_since(since).map(Iterator::collect::<Vec<_>>);
        assert_eq!(changed(200), Some(vec![]));
        assert_eq!(changed(198), Some(vec![ClientId(199), ClientId(200)]));
        assert_eq!(changed(200 - CHANGED_MAX as u64).unwrap().len(), CHANGED_MAX);
        assert_eq!(changed(199 - CHANGED_MAX as u64), None);
    }

    #[test]
    fn places_are_for_those_in_the_same_world() {
        let mut neighbours = Neighbours::default();
        assert!(neighbours.set_profile(ClientId(1), &Profile::default()));
        assert!(!neighbours.set_profile(ClientId(1), &Profile::default()));
        let place = VoicePlace::at([1.0, 2.0, 3.0]);
        let [unnamed, seven, eight] = [&b""[..], b"map 7", b"map 8"].map(|name| World::named(name).unwrap());
        neighbours.set_place(ClientId(1), Some((&seven, place)));
        assert_eq!(neighbours.place(ClientId(1), &seven), Some(place));
        assert_eq!(neighbours.place(ClientId(1), &eight), None);
        neighbours.set_place(ClientId(1), Some((&unnamed, place)));
        let places = [&unnamed, &seven].map(|world| neighbours.place(ClientId(1), world));
        assert_eq!(places, [Some(place), None]);
        neighbours.set_place(ClientId(1), None);
        assert_eq!(neighbours.place(ClientId(1), &unnamed), None);
        neighbours.remove(ClientId(1));
        assert_eq!(neighbours.profile(ClientId(1)), None);
    }
}
