//! How each player is to be heard, by name: for those who are here, and for those who may come.

use std::collections::BTreeMap;

use consonance_audio::{Mixer, SpeakerKey, SpeakerPlace};

use crate::player_state::PlayerState;

/// Names that are remembered; one more is refused. Those who are heard as everybody is need not be.
const NAMES_MAX: usize = 4_096;

/// How one player is to be heard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct HeardAs {
    pub(super) volume: f32,
    pub(super) muted: bool,
    pub(super) place: Option<SpeakerPlace>,
}

impl Default for HeardAs {
    fn default() -> Self {
        Self { volume: 1.0, muted: false, place: None }
    }
}

impl HeardAs {
    pub(super) fn show(&self, player: &PlayerState) {
        player.volume.set(self.volume);
        player.set_muted(self.muted);
    }

    pub(super) fn apply(&self, mixer: &mut Mixer, key: SpeakerKey) {
        mixer.set_volume(key, self.volume);
        mixer.set_muted(key, self.muted);
        mixer.set_place(key, self.place);
    }
}

/// Everybody who is not heard as everybody is.
#[derive(Debug, Default)]
pub(super) struct RememberedPlayers(BTreeMap<String, HeardAs>);

impl RememberedPlayers {
    pub(super) fn of(&self, name: &str) -> HeardAs {
        self.0.get(name).copied().unwrap_or_default()
    }

    /// A player is nowhere any more. Its volume, and whether it is muted, is still remembered.
    pub(super) fn forget_place(&mut self, name: &str) {
        if let Some(heard_as) = self.0.get_mut(name) {
            heard_as.place = None;
            if *heard_as == HeardAs::default() {
                self.0.remove(name);
            }
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Whether so many more names are not too many.
    pub(super) fn has_room(&self, names: usize) -> bool {
        self.0.len() + names <= NAMES_MAX
    }

    /// Forgets whoever that is true of and of whom nothing but a place is remembered.
    pub(super) fn forget_places(&mut self, is_gone: impl Fn(&str) -> bool) {
        self.0.retain(|name, heard_as| {
            HeardAs { place: None, ..*heard_as } != HeardAs::default() || !is_gone(name)
        });
    }

    /// Changes how a player is to be heard, and says how that is now.
    ///
    /// # Errors
    /// If there are too many.
    pub(super) fn change(
        &mut self,
        name: &str,
        change: impl FnOnce(&mut HeardAs),
    ) -> Result<HeardAs, String> {
        let mut heard_as = self.of(name);
        change(&mut heard_as);
        if heard_as == HeardAs::default() {
            self.0.remove(name);
        } else if self.0.len() < NAMES_MAX || self.0.contains_key(name) {
            self.0.insert(name.to_owned(), heard_as);
        } else {
            return Err(format!(
                "{NAMES_MAX} players have a volume or a place already: set those of players who are gone back first"
            ));
        }
        Ok(heard_as)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_player_is_remembered_until_it_is_heard_as_everybody_is() {
        let mut remembered = RememberedPlayers::default();
        remembered.change("Alice", |heard| heard.muted = true).unwrap();
        let heard_as = remembered.change("Alice", |heard| heard.volume = 2.0).unwrap();
        assert_eq!(heard_as, HeardAs { volume: 2.0, muted: true, place: None });
        assert_eq!(remembered.of("Alice"), heard_as);
        remembered.change("Alice", |heard| *heard = HeardAs::default()).unwrap();
        assert!(remembered.0.is_empty());
    }

    #[test]
    fn one_name_too_many_is_refused_and_the_others_can_still_be_changed() {
        let mut remembered = RememberedPlayers::default();
        for number in 0..NAMES_MAX {
            remembered.change(&number.to_string(), |heard| heard.muted = true).unwrap();
        }
        assert!(remembered.change("one more", |heard| heard.muted = true).is_err());
        assert!(remembered.change("7", |heard| heard.volume = 0.5).is_ok());
        assert_eq!(remembered.of("one more"), HeardAs::default());
    }
}
