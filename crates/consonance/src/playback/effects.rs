//! Effects on the voices of players and in rooms: by name, for present players and for those that join later.

use std::collections::BTreeMap;

use consonance_audio::EffectChain;
use consonance_name_key::NameKey;
use consonance_session::{ClientId, HeardChannel, HeardTarget, RoomId};

use super::Playback;

/// The most names, and the most rooms, with effects; one more is refused.
const NAMES_MAX: usize = 4_096;

/// The effects that are not off.
#[derive(Debug, Default)]
pub(super) struct Effects {
    players: BTreeMap<NameKey, EffectChain>,
    rooms: BTreeMap<RoomId, EffectChain>,
}

impl Effects {
    /// The effects on a player's voice: its own, then those of the room.
    fn of(&self, player: &NameKey, room: Option<RoomId>) -> EffectChain {
        let own = self.players.get(player).copied().unwrap_or_default();
        let rooms = room.and_then(|room| self.rooms.get(&room));
        rooms.map_or(own, |rooms| own.followed_by(rooms))
    }

    /// The first room with effects among the channels of a voice.
    fn room_of(&self, channels: &[HeardChannel]) -> Option<RoomId> {
        if self.rooms.is_empty() {
            return None;
        }
        channels.iter().find_map(|channel| match channel.target {
            HeardTarget::Room(room) if self.rooms.contains_key(&room) => Some(room),
            _ => None,
        })
    }
}

/// Sets effects, or forgets them if they are off.
fn set<Name: Ord>(
    all: &mut BTreeMap<Name, EffectChain>,
    name: Name,
    effects: EffectChain,
) -> Result<(), String> {
    if effects.is_off() {
        all.remove(&name);
    } else if all.len() < NAMES_MAX || all.contains_key(&name) {
        all.insert(name, effects);
    } else {
        return Err(format!("{NAMES_MAX} names already have effects: switch off unneeded ones"));
    }
    Ok(())
}

impl Playback {
    /// Sets the effects on a player's voice, whenever it is present.
    ///
    /// # Errors
    /// If too many players have effects.
    pub(super) fn set_player_effects(&mut self, name: &str, effects: EffectChain) -> Result<(), String> {
        let key = NameKey::of(name);
        set(&mut self.effects.players, key.clone(), effects)?;
        let voices = self.voices.present().filter(|voice| voice.name_key == key);
        for voice in voices {
            self.mixer.set_effects(voice.key, &self.effects.of(&key, voice.room));
        }
        Ok(())
    }

    /// Sets the effects on all voices that come over a room.
    ///
    /// # Errors
    /// If too many rooms have effects.
    pub(super) fn set_room_effects(&mut self, room: &str, effects: EffectChain) -> Result<(), String> {
        let room = RoomId::of(room);
        set(&mut self.effects.rooms, room, effects)?;
        for voice in self.voices.present().filter(|voice| voice.room == Some(room)) {
            self.mixer.set_effects(voice.key, &self.effects.of(&voice.name_key, voice.room));
        }
        Ok(())
    }

    /// Notes the channels over which a voice comes.
    pub(super) fn hear_in_room(&mut self, id: ClientId, channels: &[HeardChannel]) {
        let room = self.effects.room_of(channels);
        if let Some(voice) = self.voices.get_mut(id).filter(|voice| voice.room != room) {
            voice.room = room;
            self.mixer.set_effects(voice.key, &self.effects.of(&voice.name_key, room));
        }
    }

    /// A player has got a place in the mixer.
    pub(super) fn begin_effects(&mut self, id: ClientId) {
        if let Some(voice) = self.voices.get(id)
            && !self.effects.players.is_empty()
        {
            self.mixer.set_effects(voice.key, &self.effects.of(&voice.name_key, voice.room));
        }
    }
}
