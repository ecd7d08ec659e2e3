//! The hearing settings and the position of each player, by name: for those present, and for those that may join later.

use std::collections::BTreeMap;

use consonance_audio::{Mixer, SpeakerKey, SpeakerPlace};
use consonance_wire::names::NameKey;

use crate::player_state::PlayerState;

/// The most names with a volume or a mute, and the most names with a position; one more is refused.
const NAMES_MAX: usize = 4_096;

/// The hearing settings for one player.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct HeardAs {
    pub(super) volume: f32,
    pub(super) muted: bool,
    /// `None` follows the setting for all players.
    pub(super) auto_volume: Option<bool>,
    pub(super) noise_gate: bool,
    pub(super) place: Option<SpeakerPlace>,
}

impl Default for HeardAs {
    fn default() -> Self {
        Self { volume: 1.0, muted: false, auto_volume: None, noise_gate: false, place: None }
    }
}

impl HeardAs {
    pub(super) fn show(&self, player: &PlayerState) {
        player.set_volume(self.volume);
        player.set_muted(self.muted);
    }

    pub(super) fn apply(&self, mixer: &mut Mixer, key: SpeakerKey) {
        mixer.set_volume(key, self.volume);
        mixer.set_muted(key, self.muted);
        mixer.set_speaker_auto_volume(key, self.auto_volume);
        mixer.set_noise_gate(key, self.noise_gate);
        mixer.set_place(key, self.place);
    }
}

/// Players with other than default settings.
///
/// All but the place belong to a name in every spelling: a muted player stays muted under a name that only looks the
/// same. A place belongs to the exact name by which the game draws a player.
#[derive(Debug, Default)]
pub(super) struct RememberedPlayers {
    heard: BTreeMap<NameKey, HeardAs>,
    places: BTreeMap<String, SpeakerPlace>,
}

impl RememberedPlayers {
    pub(super) fn of(&self, name: &str) -> HeardAs {
        let heard = if self.heard.is_empty() { None } else { self.heard.get(&NameKey::of(name)).copied() };
        HeardAs { place: self.place_of(name), ..heard.unwrap_or_default() }
    }

    pub(super) fn place_of(&self, name: &str) -> Option<SpeakerPlace> {
        self.places.get(name).copied()
    }

    /// Forgets a player's position; its other settings are kept.
    pub(super) fn forget_place(&mut self, name: &str) {
        self.places.remove(name);
    }

    /// Whether there is room for this many more positions.
    pub(super) fn has_room(&self, places: usize) -> bool {
        self.places.len() + places <= NAMES_MAX
    }

    /// Forgets the positions of players for which `is_gone` is true.
    pub(super) fn forget_places(&mut self, is_gone: impl Fn(&str) -> bool) {
        self.places.retain(|name, _| !is_gone(name));
    }

    /// Sets a player's position.
    ///
    /// # Errors
    /// If there are too many.
    pub(super) fn set_place(&mut self, name: &str, place: Option<SpeakerPlace>) -> Result<(), String> {
        match place {
            None => drop(self.places.remove(name)),
            Some(place) if self.may_be_placed(name) => {
                self.places.insert(name.to_owned(), place);
            }
            Some(_) => return Err(too_many("a place")),
        }
        Ok(())
    }

    /// A player with its own volume gets a position even if all are in use; at most as many again.
    fn may_be_placed(&self, name: &str) -> bool {
        let places = self.places.len();
        let has_volume = || self.heard.contains_key(&NameKey::of(name));
        places < NAMES_MAX || self.places.contains_key(name) || (places < 2 * NAMES_MAX && has_volume())
    }

    /// Changes a player's settings.
    ///
    /// # Errors
    /// If there are too many.
    pub(super) fn change(&mut self, name: &NameKey, change: impl FnOnce(&mut HeardAs)) -> Result<(), String> {
        let held = self.heard.get(name).copied();
        let mut heard_as = held.unwrap_or_default();
        change(&mut heard_as);
        if heard_as == HeardAs::default() {
            self.heard.remove(name);
        } else if self.heard.len() < NAMES_MAX || held.is_some() {
            self.heard.insert(name.clone(), heard_as);
        } else {
            return Err(too_many("a volume"));
        }
        Ok(())
    }
}

fn too_many(what: &str) -> String {
    format!("{NAMES_MAX} players already have {what}: reset those of players who have left first")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(remembered: &mut RememberedPlayers, name: &str, change: impl FnOnce(&mut HeardAs)) -> bool {
        remembered.change(&NameKey::of(name), change).is_ok()
    }

    #[test]
    fn a_player_is_remembered_until_it_is_heard_as_all_others_are() {
        let mut remembered = RememberedPlayers::default();
        assert!(change(&mut remembered, "Alice", |heard| heard.muted = true));
        assert!(change(&mut remembered, "Alice", |heard| heard.volume = 2.0));
        assert_eq!(remembered.of("Alice"), HeardAs { volume: 2.0, muted: true, ..HeardAs::default() });
        assert!(change(&mut remembered, "alice", |heard| *heard = HeardAs::default()));
        assert!(remembered.heard.is_empty());
    }

    #[test]
    fn a_muted_player_stays_muted_in_every_spelling_of_its_name() {
        let mut remembered = RememberedPlayers::default();
        assert!(change(&mut remembered, "Bob", |heard| heard.muted = true));
        for spelling in ["bob", "Bob ", "Bob\u{200b}", "\u{ff22}ob", "\u{412}ob"] {
            assert!(remembered.of(spelling).muted, "{spelling:?}");
        }
        assert!(!remembered.of("Rob").muted);
    }

    #[test]
    fn two_players_whose_names_look_the_same_are_each_where_the_game_puts_them() {
        let mut remembered = RememberedPlayers::default();
        let place = |x| Some(SpeakerPlace { position_m: [x, 0.0, 0.0], ..SpeakerPlace::default() });
        remembered.set_place("Bob", place(1.0)).unwrap();
        remembered.set_place("bob", place(2.0)).unwrap();
        assert_eq!((remembered.place_of("Bob"), remembered.place_of("bob")), (place(1.0), place(2.0)));
    }

    #[test]
    fn one_name_too_many_is_refused_and_the_others_can_still_be_changed() {
        let mut remembered = RememberedPlayers::default();
        let name = |number: usize| format!("player {number}");
        for number in 0..NAMES_MAX {
            assert!(change(&mut remembered, &name(number), |heard| heard.muted = true));
        }
        assert_eq!(remembered.heard.len(), NAMES_MAX);
        assert!(!change(&mut remembered, "one more", |heard| heard.muted = true));
        assert!(change(&mut remembered, &name(7), |heard| heard.volume = 0.5));
        assert_eq!(remembered.of("one more"), HeardAs::default());
    }
}
