//! Effects on the voices of players and in rooms: by name, for present players and for those that join later.

use std::collections::BTreeMap;

use consonance_audio::{EffectChain, Mixer};
use consonance_session::{HeardChannel, HeardTarget, RoomId};
use consonance_wire::names::NameKey;

use super::voices::{Voice, Voices};

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

/// Effects that change apply to the voices in the mixer at once.
impl Effects {
    /// Sets the effects on a player's voice, whenever it is present.
    ///
    /// # Errors
    /// If too many players have effects.
    pub(super) fn set_player(
        &mut self,
        name: &str,
        effects: EffectChain,
        (voices, mixer): (&Voices, &mut Mixer),
    ) -> Result<(), String> {
        let key = NameKey::of(name);
        set(&mut self.players, key.clone(), effects)?;
        for voice in voices.present().filter(|voice| voice.name_key == key) {
            self.apply(voice, mixer);
        }
        Ok(())
    }

    /// Sets the effects on all voices that come over a room.
    ///
    /// # Errors
    /// If too many rooms have effects.
    pub(super) fn set_room(
        &mut self,
        room: &str,
        effects: EffectChain,
        (voices, mixer): (&Voices, &mut Mixer),
    ) -> Result<(), String> {
        let room = RoomId::of(room);
        set(&mut self.rooms, room, effects)?;
        for voice in voices.present().filter(|voice| voice.room == Some(room)) {
            self.apply(voice, mixer);
        }
        Ok(())
    }

    /// Notes the channels over which a voice comes.
    pub(super) fn hear_in_room(&self, voice: &mut Voice, channels: &[HeardChannel], mixer: &mut Mixer) {
        let room = self.room_of(channels);
        if voice.room != room {
            voice.room = room;
            self.apply(voice, mixer);
        }
    }

    /// A player has got a place in the mixer.
    pub(super) fn begin(&self, voice: &Voice, mixer: &mut Mixer) {
        if !self.players.is_empty() {
            self.apply(voice, mixer);
        }
    }

    fn apply(&self, voice: &Voice, mixer: &mut Mixer) {
        mixer.set_effects(voice.key, &self.of(&voice.name_key, voice.room));
    }
}
