//! Other players' voices: session events to the mixer, and the mix to the output.

mod headphones;
mod listed_players;
mod remembered_players;
mod voices;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use consonance_audio::{
    BLOCK_SAMPLES, CodecError, CodecKind, CodecSettings, FrameProperties, Mixer, MixerSettings, Output,
    OutputError, Pose, SamplePosition, SpeakerPlace, SpeakerStatistics, StereoBlock,
};
use consonance_name_key::NameKey;
use consonance_session::{ClientId, CodecParameters, VoiceFrame};

use headphones::Headphones;
use listed_players::{Listed, ListedPlayers};
use remembered_players::{HeardAs, RememberedPlayers};
use voices::{Voice, Voices};

use crate::clock::Clock;
use crate::command::Hearing;
use crate::player_state::PlayerState;
use crate::rooms::JoinedRooms;
use crate::settings::bounds;
use crate::statistics::SpeakerRow;
use crate::tap::{TapSender, TapSenders, TapSound};
use crate::trace::FrameTrace;

/// The mixer knows the loss of the last so many frames of a speaker; with fewer, it is a guess.
const LOSS_WINDOW_FRAMES: u64 = 128;
/// Players with taps at the same time, here or not.
const TAPPED_SPEAKERS_MAX: usize = 1_024;

/// The mixer, the speakers in it by name, and the destination of the mix.
pub(crate) struct Playback {
    mixer: Mixer,
    output: Box<dyn Output>,
    listed: ListedPlayers,
    voices: Voices,
    remembered: RememberedPlayers,
    speaker_taps: BTreeMap<String, TapSenders>,
    mix_taps: TapSenders,
    listener: Option<Pose>,
    master_volume: f32,
    /// Added to each played frame: the encoder's own delay, the same for all Opus encoders of the game.
    codec_delay_samples: u64,
    headphones: Headphones,
}

impl Playback {
    pub(crate) fn new(output: Box<dyn Output>, settings: MixerSettings, codec_delay_samples: usize) -> Self {
        Self {
            mixer: Mixer::new(settings),
            output,
            listed: ListedPlayers::default(),
            voices: Voices::default(),
            remembered: RememberedPlayers::default(),
            speaker_taps: BTreeMap::new(),
            mix_taps: TapSenders::default(),
            listener: None,
            master_volume: 1.0,
            codec_delay_samples: codec_delay_samples as u64,
            headphones: Headphones::default(),
        }
    }

    /// A player may speak from now on. It has no part in the mix before it does.
    ///
    /// # Errors
    /// If the player's voice cannot be decoded; it is in the session all the same.
    pub(crate) fn add(
        &mut self,
        id: ClientId,
        player: Arc<PlayerState>,
        codec: CodecParameters,
    ) -> Result<(), String> {
        self.remembered.of(&player.name).show(&player);
        // Should it be here already, it has joined again.
        self.voices.remove(id);
        let codec = decodable(codec).map_err(|error| cannot_be_heard(&player, &error))?;
        let key = NameKey::of(&player.name);
        self.listed.insert(id, Listed { player, codec, key });
        Ok(())
    }

    /// A player has left, and is nowhere any more.
    pub(crate) fn remove(&mut self, id: ClientId) {
        if let Some(listed) = self.listed.remove(id) {
            self.remembered.forget_place(&listed.player.name);
        }
        self.voices.remove(id);
    }

    /// A player begins to speak.
    ///
    /// # Errors
    /// If so many others speak that it cannot be heard before one of them is silent.
    pub(crate) fn start(&mut self, id: ClientId) -> Result<(), String> {
        let admitted = self.admit(id, 0);
        self.voices.start(id, &mut self.mixer);
        admitted
    }

    /// Gives a player a place in the mixer, if it has none. `first` is the frame that it begins with.
    fn admit(&mut self, id: ClientId, first: u32) -> Result<(), String> {
        let Some(listed) = self.listed.get(id).filter(|_| !self.voices.has(id)) else { return Ok(()) };
        let heard_as = self.remembered.of(&listed.player.name);
        let key = self.voices.admit(id, listed, first, &mut self.mixer);
        let key = key.map_err(|error| cannot_be_heard(&listed.player, &error))?;
        heard_as.apply(&mut self.mixer, key);
        Ok(())
    }

    /// A frame came in; its name for the trace.
    pub(crate) fn push(
        &mut self,
        arrived: SamplePosition,
        voice: &VoiceFrame<'_>,
        rooms: &JoinedRooms,
    ) -> Option<&str> {
        if !self.voices.has(voice.id)
            && self.voices.may_have_room()
            && self.admit(voice.id, voice.sequence).is_ok()
        {
            self.voices.start(voice.id, &mut self.mixer);
        }
        let speaker = self.voices.get_mut(voice.id)?;
        if let Some(sequence) = speaker.number(voice) {
            let properties = FrameProperties {
                gain: voice.amplitude,
                priority: voice.priority as u8,
                positional: voice.positional,
            };
            self.mixer.push_frame(speaker.key, sequence, arrived, voice.frame, properties);
        }
        speaker.player.set_priority(voice.priority);
        speaker.player.set_positional(voice.positional);
        speaker.player.hear(voice.channels, |room| rooms.name_of(room));
        Some(&speaker.player.name)
    }

    pub(crate) fn stop(&mut self, id: ClientId) {
        self.voices.stop(id, &mut self.mixer);
    }

    /// Hears the others as that says from now on.
    ///
    /// # Errors
    /// If it is for one name more than are remembered.
    pub(crate) fn obey(&mut self, hearing: Hearing) -> Result<(), String> {
        match hearing {
            Hearing::Volume { name, volume } => {
                if let Some(volume) = bounds::volume(volume) {
                    self.remember(&name, |heard| heard.volume = volume)?;
                }
            }
            Hearing::Muted { name, muted } => self.remember(&name, |heard| heard.muted = muted)?,
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

    fn place(&mut self, places: &[(String, Option<SpeakerPlace>)]) -> Result<(), String> {
        let is_new = |name: &str| self.remembered.place_of(name).is_none();
        let new = places.iter().filter(|(name, place)| place.is_some() && is_new(name)).count();
        // A game that places the players that it draws does so after they have left, too.
        if !self.remembered.has_room(new) {
            self.remembered.forget_places(|name| !self.listed.has(name));
        }
        let set = |(name, place): &(String, _)| self.set_place(name, *place);
        // A name too many changes nothing for the others.
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

    /// Mutes or unmutes all players.
    pub(crate) fn set_deafened(&mut self, deafened: bool) {
        self.mixer.set_deafened(deafened);
    }

    /// Turns all players down while the local player speaks.
    pub(crate) fn set_ducked(&mut self, ducked: bool) {
        self.mixer.set_ducked(ducked);
    }

    /// Adds a tap on a player, which is fed whenever that player is here.
    ///
    /// # Errors
    /// If there are too many such taps.
    pub(crate) fn tap_speaker(&mut self, name: String, sender: TapSender) -> Result<(), String> {
        self.forget_abandoned_taps();
        if self.speaker_taps.len() >= TAPPED_SPEAKERS_MAX && !self.speaker_taps.contains_key(&name) {
            return Err(format!(
                "{TAPPED_SPEAKERS_MAX} players are listened to by taps: drop some of the taps first"
            ));
        }
        self.speaker_taps.entry(name).or_default().add(sender);
        Ok(())
    }

    /// Adds a tap on the mix.
    pub(crate) fn tap_mix(&mut self, sender: TapSender) {
        self.mix_taps.add(sender);
    }

    /// Drops abandoned taps, also those on silent players.
    pub(crate) fn forget_abandoned_taps(&mut self) {
        self.mix_taps.prune();
        self.speaker_taps.retain(|_, senders| {
            senders.prune();
            !senders.is_empty()
        });
    }

    fn mix(&mut self) -> StereoBlock {
        let mut block = StereoBlock::default();
        let position = self.mixer.position();
        if self.speaker_taps.is_empty() {
            self.mixer.mix(&mut block);
        } else {
            let Self { mixer, voices, speaker_taps, .. } = self;
            mixer.mix_watched(&mut block, |key, position, sound| {
                if let Some(speaker) = voices.of_key(key)
                    && let Some(senders) = speaker_taps.get_mut(&*speaker.player.name)
                {
                    senders.push(position, &TapSound::Mono(*sound));
                }
            });
        }
        if !self.mix_taps.is_empty() {
            self.mix_taps.push(position, &TapSound::Stereo(block));
        }
        block
    }

    /// One beat: mixes 10 ms, hands them to the output, and returns the mean of both sides. With `skips`, no player is
    /// heard in them, and nothing is decoded.
    ///
    /// # Errors
    /// If the output takes no more.
    pub(crate) fn beat(&mut self, skips: bool) -> Result<[f32; BLOCK_SAMPLES], OutputError> {
        let mut block = StereoBlock::default();
        if skips {
            self.mixer.skip(&mut block);
        } else {
            block = self.mix();
        }
        self.voices.beat(&mut self.mixer);
        self.output.write(&block)?;
        Ok(block.to_mono())
    }

    /// Writes down how well all players are received.
    pub(crate) fn note_losses(&self) {
        for speaker in self.voices.present() {
            let heard =
                self.mixer.statistics(speaker.key).filter(|heard| heard.received >= LOSS_WINDOW_FRAMES);
            speaker.player.set_packet_loss(heard.map(|heard| heard.loss_percent / 100.0));
        }
    }

    /// Writes down how loud all players are.
    pub(crate) fn meter(&self) {
        for speaker in self.voices.present() {
            let amplitude = self.mixer.speaker_amplitude(speaker.key).unwrap_or_default();
            if amplitude > 0.0 || speaker.player.amplitude.get() > 0.0 {
                speaker.player.amplitude.set(amplitude);
            }
        }
    }

    /// How many frames were played that [`poll_played`](Self::poll_played) does not return.
    pub(crate) fn traces_dropped(&self) -> u64 {
        self.mixer.played_overflow()
    }

    /// The next frame that was played since the last call.
    pub(crate) fn poll_played(&mut self, clock: &Clock) -> Option<FrameTrace> {
        while let Some(played) = self.mixer.poll_played() {
            let Some(speaker) = self.voices.of_key(played.speaker) else { continue };
            let Some(offset) = speaker.offset_of(played.utterance) else { continue };
            let at: Option<Instant> = clock.time_of(played.position + self.codec_delay_samples);
            return Some(FrameTrace::Played {
                speaker: speaker.player.name.to_string(),
                sequence: (played.sequence as u16).wrapping_add(offset),
                at: at?,
                how: played.how,
            });
        }
        None
    }

    /// The recent loss in percent, upper median over the speakers heard; `None` until a speaker was heard for a whole
    /// window.
    pub(crate) fn loss_percent(&self) -> Option<u8> {
        let heard = self.voices.present().filter_map(|speaker| self.mixer.statistics(speaker.key));
        let heard = heard.filter(|statistics| statistics.received >= LOSS_WINDOW_FRAMES);
        let mut losses: Vec<f32> = heard.map(|statistics| statistics.loss_percent).collect();
        losses.sort_unstable_by(f32::total_cmp);
        losses.get(losses.len() / 2).map(|percent| percent.round() as u8)
    }

    /// How each other player that has spoken is received, by ascending id.
    pub(crate) fn received(&self) -> impl Iterator<Item = (ClientId, SpeakerStatistics)> {
        self.voices.by_id().filter_map(|(id, speaker)| Some((id, self.mixer.statistics(speaker.key)?)))
    }

    /// The factor for all voices.
    pub(crate) fn master_volume(&self) -> f32 {
        self.master_volume
    }

    /// How far away a player is, in metres, if both places are known.
    pub(crate) fn distance_m(&self, name: &str) -> Option<f32> {
        let (ear, mouth) = (self.listener?.position_m, self.remembered.place_of(name)?.position_m);
        let squares = ear.iter().zip(mouth).map(|(ear, mouth)| (ear - mouth).powi(2));
        Some(squares.sum::<f32>().sqrt())
    }

    /// How each other player that has spoken is received and heard, by id.
    pub(crate) fn rows(&self) -> Vec<SpeakerRow> {
        let row = |speaker: &Voice| {
            Some(SpeakerRow {
                name: speaker.player.name.to_string(),
                reception: self.mixer.statistics(speaker.key)?,
            })
        };
        self.voices.present().filter_map(row).collect()
    }

    /// Makes sure that everything played is kept.
    ///
    /// # Errors
    /// If not everything could be kept.
    pub(crate) fn finish(&mut self) -> Result<(), OutputError> {
        self.output.finish()
    }
}

fn decodable(codec: CodecParameters) -> Result<CodecSettings, CodecError> {
    let codec = CodecSettings {
        kind: CodecKind::from_wire(codec.kind.0)?,
        frame_samples: codec.frame_size_samples,
        sample_rate_hz: codec.sample_rate_hz,
    };
    codec.frame_size()?;
    Ok(codec)
}

fn cannot_be_heard(player: &PlayerState, error: &dyn std::fmt::Display) -> String {
    format!("{} cannot be heard: {error}", player.name)
}

#[cfg(test)]
mod tests;
