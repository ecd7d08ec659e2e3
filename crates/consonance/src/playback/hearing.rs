//! The game's settings for hearing other players.

use consonance_audio::SpeakerPlace;
use consonance_wire::names::NameKey;

use super::Playback;
use super::remembered_players::HeardAs;
use crate::command::Hearing;
use crate::settings::bounds;

impl Playback {
    /// Applies a setting.
    ///
    /// # Errors
    /// If it would exceed the limit of remembered names.
    pub(crate) fn obey(&mut self, hearing: Hearing) -> Result<(), String> {
        match hearing {
            Hearing::Volume { name, volume } => {
                if let Some(volume) = bounds::volume(volume) {
                    self.remember(&name, |heard| heard.volume = volume)?;
                }
            }
            Hearing::Muted { name, muted } => self.remember(&name, |heard| heard.muted = muted)?,
            Hearing::Effects { name, effects } => {
                return self.effects.set_player(&name, *effects, (&self.voices, &mut self.mixer));
            }
            Hearing::RoomEffects { room, effects } => {
                return self.effects.set_room(&room, *effects, (&self.voices, &mut self.mixer));
            }
            Hearing::PlayerAutoVolume { name, enabled } => {
                self.remember(&name, |heard| heard.auto_volume = enabled)?;
            }
            Hearing::NoiseGate { name, enabled } => {
                self.remember(&name, |heard| heard.noise_gate = enabled)?;
            }
            Hearing::Place { name, place } => return self.place(&[(name, place)]),
            Hearing::Places(places) => return self.place(&places),
            Hearing::Listener(pose) => {
                self.listener = pose;
                self.mixer.set_listener(pose);
            }
            Hearing::Spatial(settings) => self.mixer.set_spatial(settings),
            Hearing::Headphones(told) => {
                self.headphones.told = told;
                self.mixer.set_headphones(self.headphones.are_worn());
            }
            Hearing::MasterVolume(volume) => {
                if let Some(volume) = bounds::volume(volume) {
                    self.master_volume = volume;
                    self.mixer.set_master_volume(volume);
                }
            }
            Hearing::Ducking(settings) => self.mixer.set_ducking(settings),
            Hearing::AutoVolume(enabled) => self.mixer.set_auto_volume(enabled),
        }
        Ok(())
    }

    fn place<N: AsRef<str>>(&mut self, places: &[(N, Option<SpeakerPlace>)]) -> Result<(), String> {
        let is_new = |name: &str| self.remembered.place_of(name).is_none();
        let new = places.iter().filter(|(name, place)| place.is_some() && is_new(name.as_ref())).count();
        // A game that places the players it draws may do so even after they have left.
        if !self.remembered.has_room(new) {
            self.remembered.forget_places(|name| !self.listed.has(name));
        }
        let set = |(name, place): &(N, _)| self.set_place(name.as_ref(), *place);
        // One name too many changes nothing for the others.
        places.iter().map(set).fold(Ok(()), Result::and)
    }

    fn set_place(&mut self, name: &str, place: Option<SpeakerPlace>) -> Result<(), String> {
        self.remembered.set_place(name, place)?;
        for (id, _) in self.listed.named(name) {
            if let Some(voice) = self.voices.get(id) {
                self.mixer.set_place(voice.key, place);
            }
        }
        Ok(())
    }

    fn remember(&mut self, name: &str, change: impl FnOnce(&mut HeardAs)) -> Result<(), String> {
        let key = NameKey::of(name);
        self.remembered.change(&key, change)?;
        for (id, listed) in self.listed.with_key(&key) {
            let heard_as = self.remembered.of(&listed.player.name);
            heard_as.show(&listed.player);
            if let Some(voice) = self.voices.get(id) {
                heard_as.apply(&mut self.mixer, voice.key);
            }
        }
        Ok(())
    }
}
