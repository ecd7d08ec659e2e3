//! Players with a place in the mixer: speakers, and the silent players that spoke last.
//!
//! A session may have more players than the mixer has places. A player that never speaks takes none, and the one that
//! has been silent longest makes room for a new speaker.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use consonance_audio::{Mixer, MixerError, SamplePosition, SpeakerKey};
use consonance_session::{ClientId, RoomId, VoiceFrame};
use consonance_wire::names::NameKey;

use super::listed_players::Listed;
use crate::player_state::PlayerState;

/// A player that left is still played from the buffer for at most this many blocks.
const FAREWELL_BLOCKS: u32 = 100;
/// Utterances whose numbers are remembered per speaker: those that may still be in the jitter buffer.
const REMEMBERED_UTTERANCES: usize = 8;

/// Players with a place.
#[derive(Default)]
pub(super) struct Voices {
    /// Ordered, since the server is told the reception of each.
    present: BTreeMap<ClientId, Voice>,
    /// Speakers that left and are being played out.
    departing: Vec<(Voice, u32)>,
    last_key: u32,
    /// Whether no player could make room since the last beat.
    is_full: bool,
}

/// A player with a place.
pub(super) struct Voice {
    pub(super) key: SpeakerKey,
    pub(super) player: Arc<PlayerState>,
    pub(super) name_key: NameKey,
    /// The room whose effects apply to it.
    pub(super) room: Option<RoomId>,
    /// The frame that the mixer counts as the first of this utterance: not 0 if there was no place before.
    first: u32,
    /// (utterance, offset from a frame's number in it to its number in the packet).
    numbering: VecDeque<(u32, u16)>,
    is_speaking: bool,
    /// When it started or stopped speaking.
    since: SamplePosition,
}

impl Voices {
    pub(super) fn has(&self, id: ClientId) -> bool {
        self.present.contains_key(&id)
    }

    pub(super) fn get(&self, id: ClientId) -> Option<&Voice> {
        self.present.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: ClientId) -> Option<&mut Voice> {
        self.present.get_mut(&id)
    }

    /// All players with a place, by id.
    pub(super) fn by_id(&self) -> impl Iterator<Item = (ClientId, &Voice)> {
        self.present.iter().map(|(id, voice)| (*id, voice))
    }

    /// The same without the ids.
    pub(super) fn present(&self) -> impl Iterator<Item = &Voice> {
        self.present.values()
    }

    /// The player at this place, in the session or played out.
    pub(super) fn of_key(&self, key: SpeakerKey) -> Option<&Voice> {
        let departing = self.departing.iter().map(|(voice, _)| voice);
        self.present.values().chain(departing).find(|voice| voice.key == key)
    }

    /// Whether requesting a place may succeed.
    pub(super) fn may_have_room(&self) -> bool {
        !self.is_full
    }

    /// Gives a player a place, if necessary that of the player silent for the longest.
    ///
    /// # Errors
    /// If all players speak.
    pub(super) fn admit(
        &mut self,
        id: ClientId,
        listed: &Listed,
        first: u32,
        mixer: &mut Mixer,
    ) -> Result<SpeakerKey, MixerError> {
        self.last_key += 1;
        let key = SpeakerKey(self.last_key);
        let mut added = mixer.add_speaker(key, listed.codec);
        if matches!(added, Err(MixerError::TooManySpeakers { .. })) && self.make_room(mixer) {
            added = mixer.add_speaker(key, listed.codec);
        }
        self.is_full |= added.is_err();
        added?;
        let voice = Voice {
            key,
            player: Arc::clone(&listed.player),
            name_key: listed.key.clone(),
            room: None,
            first,
            numbering: VecDeque::new(),
            is_speaking: false,
            since: mixer.position(),
        };
        self.present.insert(id, voice);
        Ok(key)
    }

    /// False if all players speak, or are not played out yet.
    fn make_room(&mut self, mixer: &mut Mixer) -> bool {
        let silent = self.present.iter().filter(|(_, voice)| !voice.is_speaking && !waits(voice, mixer));
        let Some(id) = silent.min_by_key(|(_, voice)| voice.since).map(|(id, _)| *id) else { return false };
        if let Some(voice) = self.present.remove(&id) {
            voice.player.set_amplitude(0.0);
            mixer.remove_speaker(voice.key);
        }
        true
    }

    /// A player with a place starts to speak.
    pub(super) fn start(&mut self, id: ClientId, mixer: &mut Mixer) {
        let Some(voice) = self.present.get_mut(&id) else { return };
        (voice.is_speaking, voice.since) = (true, mixer.position());
        if let Some(utterance) = mixer.start_utterance(voice.key) {
            // Only the utterance during which it got its place is incomplete.
            voice.first = if voice.numbering.is_empty() { voice.first } else { 0 };
            voice.numbering.push_back((utterance, 0));
            if voice.numbering.len() > REMEMBERED_UTTERANCES {
                voice.numbering.pop_front();
            }
        }
    }

    pub(super) fn stop(&mut self, id: ClientId, mixer: &mut Mixer) {
        if let Some(voice) = self.present.get_mut(&id) {
            (voice.is_speaking, voice.since) = (false, mixer.position());
            mixer.end_utterance(voice.key);
        }
    }

    /// A player has left.
    pub(super) fn remove(&mut self, id: ClientId) {
        if let Some(voice) = self.present.remove(&id) {
            self.departing.push((voice, FAREWELL_BLOCKS));
        }
    }

    /// Handles 10 ms that were mixed.
    pub(super) fn beat(&mut self, mixer: &mut Mixer) {
        self.is_full = false;
        self.departing.retain_mut(|(voice, blocks)| {
            *blocks -= 1;
            let stays = waits(voice, mixer) && *blocks > 0;
            if !stays {
                mixer.remove_speaker(voice.key);
            }
            stays
        });
    }
}

impl Voice {
    /// The number of this frame in the mixer; `None` for a frame from before the player had a place.
    pub(super) fn number(&mut self, voice: &VoiceFrame<'_>) -> Option<u32> {
        let sequence = voice.sequence.checked_sub(self.first)?;
        if let Some((_, offset)) = self.numbering.back_mut() {
            *offset = voice.packet_sequence.wrapping_sub(sequence as u16);
        }
        Some(sequence)
    }

    /// The offset from the number of a frame in this utterance to its number in the packet.
    pub(super) fn offset_of(&self, utterance: u32) -> Option<u16> {
        self.numbering.iter().find(|(number, _)| *number == utterance).map(|(_, offset)| *offset)
    }
}

/// Whether part of a voice is still to be played.
fn waits(voice: &Voice, mixer: &Mixer) -> bool {
    mixer.statistics(voice.key).is_some_and(|statistics| statistics.queued > 0)
}
