//! Other players' voices: session events to the mixer, and the mix to the output.

mod effects;
mod headphones;
mod hearing;
mod listed_players;
mod player_streams;
mod remembered_players;
mod taps;
mod voices;

use std::sync::Arc;
use std::time::Instant;

use consonance_audio::{
    BLOCK_SAMPLES, CodecError, CodecKind, CodecSettings, FrameProperties, Mixer, MixerSettings, Output,
    OutputError, Pose, SamplePosition, SpeakerSound, SpeakerStatistics, StereoBlock,
};
use consonance_session::{ClientId, CodecParameters, VoiceFrame};
use consonance_wire::names::NameKey;

use effects::Effects;
use headphones::Headphones;
use listed_players::{Listed, ListedPlayers};
use player_streams::PlayerStreams;
use remembered_players::RememberedPlayers;
use taps::Taps;
use voices::{Voice, Voices};

use crate::clock::Clock;
use crate::engine_sound::{EngineLink, EngineSpeaker, StreamWriter};
use crate::player_state::PlayerState;
use crate::rooms::JoinedRooms;
use crate::statistics::{EngineSoundRow, PlayerStreamRow, SpeakerRow};
use crate::tap::TapSender;
use crate::trace::FrameTrace;

/// The number of frames per speaker over which the mixer measures loss; with fewer, the loss is a guess.
const LOSS_WINDOW_FRAMES: u64 = 128;

/// The mixer, the speakers in it by name, and the destination of the mix.
pub(crate) struct Playback {
    mixer: Mixer,
    output: Box<dyn Output>,
    listed: ListedPlayers,
    voices: Voices,
    remembered: RememberedPlayers,
    effects: Effects,
    taps: Taps,
    streams: PlayerStreams,
    /// The link to the engine, if it takes the output.
    engine: Option<EngineLink>,
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
            effects: Effects::default(),
            taps: Taps::default(),
            streams: PlayerStreams::default(),
            engine: None,
            listener: None,
            master_volume: 1.0,
            codec_delay_samples: codec_delay_samples as u64,
            headphones: Headphones::default(),
        }
    }

    /// Adds a player that may speak from now on. It has no part in the mix before it does.
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
        // A player that is already here has joined again.
        self.voices.remove(id);
        let codec = decodable(codec).map_err(|error| cannot_be_heard(&player, &error))?;
        let key = NameKey::of(&player.name);
        self.listed.insert(id, Listed { player, codec, key });
        Ok(())
    }

    /// Removes a player that has left, and its place.
    pub(crate) fn remove(&mut self, id: ClientId) {
        if let Some(listed) = self.listed.remove(id) {
            self.remembered.forget_place(&listed.player.name);
        }
        self.voices.remove(id);
    }

    /// A player starts to speak.
    ///
    /// # Errors
    /// If too many others speak, so that it cannot be heard before one of them is silent.
    pub(crate) fn start(&mut self, id: ClientId) -> Result<(), String> {
        let admitted = self.admit(id, 0);
        self.voices.start(id, &mut self.mixer);
        admitted
    }

    /// Gives a player a place in the mixer, if it has none. `first` is its first frame.
    fn admit(&mut self, id: ClientId, first: u32) -> Result<(), String> {
        let Some(listed) = self.listed.get(id).filter(|_| !self.voices.has(id)) else { return Ok(()) };
        let heard_as = self.remembered.of(&listed.player.name);
        let key = self.voices.admit(id, listed, first, &mut self.mixer);
        let key = key.map_err(|error| cannot_be_heard(&listed.player, &error))?;
        heard_as.apply(&mut self.mixer, key);
        self.mixer.set_apart(key, self.streams.has(&listed.key));
        if let Some(voice) = self.voices.get(id) {
            self.effects.begin(voice, &mut self.mixer);
        }
        Ok(())
    }

    /// Handles a frame; returns its name for the trace.
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
        self.effects.hear_in_room(speaker, voice.channels, &mut self.mixer);
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
        self.taps.add_speaker(name, sender)
    }

    /// Adds a tap on the mix.
    pub(crate) fn tap_mix(&mut self, sender: TapSender) {
        self.taps.add_mix(sender);
    }

    /// Drops taps and streams whose other ends were dropped.
    pub(crate) fn forget_abandoned(&mut self) {
        self.taps.forget_abandoned();
        self.forget_abandoned_streams();
    }

    /// Takes a player, present or not, out of the mix for an engine.
    ///
    /// # Errors
    /// If there are too many such players.
    pub(crate) fn add_stream(&mut self, name: &str, writer: StreamWriter) -> Result<(), String> {
        self.forget_abandoned_streams();
        let key = self.streams.add(name, writer)?;
        self.set_apart(&key, true);
        Ok(())
    }

    /// Returns players to the mix whose streams the engine has dropped.
    fn forget_abandoned_streams(&mut self) {
        for key in self.streams.take_abandoned() {
            self.set_apart(&key, false);
        }
    }

    fn set_apart(&mut self, key: &NameKey, is_apart: bool) {
        for (id, _) in self.listed.with_key(key) {
            if let Some(voice) = self.voices.get(id) {
                self.mixer.set_apart(voice.key, is_apart);
            }
        }
    }

    /// The state of a player's stream; `None` if it is in the mix.
    pub(crate) fn stream_row(&self, name: &str) -> Option<EngineSoundRow> {
        self.streams.row(name)
    }

    /// The states of all streams.
    pub(crate) fn stream_rows(&self) -> Vec<PlayerStreamRow> {
        self.streams.rows()
    }

    /// Sets whether the current loudspeaker is a pair of headphones by its name.
    #[cfg(feature = "devices")]
    pub(crate) fn set_named_headphones(&mut self, named: bool) {
        self.headphones.named = named;
        self.mixer.set_headphones(self.headphones.are_worn());
    }

    /// Lets an engine play the mix from now on.
    ///
    /// # Errors
    /// If the former output did not keep everything; the engine is used anyway.
    pub(crate) fn set_engine_output(&mut self, speaker: EngineSpeaker) -> Result<(), OutputError> {
        self.engine = Some(speaker.link.clone());
        std::mem::replace(&mut self.output, Box::new(speaker)).finish()
    }

    /// The state of the engine's output; `None` with another output.
    pub(crate) fn engine_row(&self) -> Option<EngineSoundRow> {
        self.engine.as_ref().map(EngineLink::row)
    }

    /// Mixes 10 ms of all players; with `skips`, nothing is decoded.
    fn mix(&mut self, skips: bool) -> StereoBlock {
        let mut block = StereoBlock::default();
        let Self { mixer, voices, taps, streams, .. } = self;
        let is_watched = taps.are_on_speakers() || !streams.is_empty();
        let watch = |key, position, sound: SpeakerSound<'_>| {
            if let Some(voice) = voices.of_key(key).filter(|_| is_watched) {
                match sound {
                    SpeakerSound::Decoded(sound) => taps.push_speaker(&voice.player.name, position, sound),
                    SpeakerSound::Apart(sound) => streams.add_sound(&voice.name_key, sound),
                }
            }
        };
        if skips {
            mixer.skip(&mut block, watch);
            return block;
        }
        let position = mixer.position();
        mixer.mix_watched(&mut block, watch);
        taps.push_mix(position, &block);
        block
    }

    /// Runs one beat: mixes 10 ms, passes them to the output, and returns the mean of both sides including the players
    /// that an engine takes separately. With `skips`, no player is heard in them, and nothing is decoded.
    ///
    /// # Errors
    /// If the output accepts no more.
    pub(crate) fn beat(&mut self, skips: bool) -> Result<[f32; BLOCK_SAMPLES], OutputError> {
        let block = self.mix(skips);
        self.voices.beat(&mut self.mixer);
        self.output.write(&block)?;
        let mut render = block.to_mono();
        self.streams.beat(&mut render);
        Ok(render)
    }

    /// Publishes how well all players are received.
    pub(crate) fn note_losses(&self) {
        for speaker in self.voices.present() {
            let heard = self
                .mixer
                .statistics(speaker.key)
                .filter(|heard| heard.arrivals.received >= LOSS_WINDOW_FRAMES);
            speaker.player.set_packet_loss(heard.map(|heard| heard.loss_percent / 100.0));
        }
    }

    /// Publishes how loud all players are.
    pub(crate) fn meter(&self) {
        for speaker in self.voices.present() {
            let amplitude = self.mixer.speaker_amplitude(speaker.key).unwrap_or_default();
            if amplitude > 0.0 || speaker.player.amplitude() > 0.0 {
                speaker.player.set_amplitude(amplitude);
            }
        }
    }

    /// Played frames that [`poll_played`](Self::poll_played) does not return.
    pub(crate) fn traces_dropped(&self) -> u64 {
        self.mixer.played_overflow()
    }

    /// The next frame played since the last call.
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
        let heard = heard.filter(|statistics| statistics.arrivals.received >= LOSS_WINDOW_FRAMES);
        let mut losses: Vec<f32> = heard.map(|statistics| statistics.loss_percent).collect();
        losses.sort_unstable_by(f32::total_cmp);
        losses.get(losses.len() / 2).map(|percent| percent.round() as u8)
    }

    /// The reception of each other player that has spoken, by ascending id.
    pub(crate) fn received(&self) -> impl Iterator<Item = (ClientId, SpeakerStatistics)> {
        self.voices.by_id().filter_map(|(id, speaker)| Some((id, self.mixer.statistics(speaker.key)?)))
    }

    /// The factor for all voices.
    pub(crate) fn master_volume(&self) -> f32 {
        self.master_volume
    }

    /// The distance of a player, in metres, if both positions are known.
    pub(crate) fn distance_m(&self, name: &str) -> Option<f32> {
        let (ear, mouth) = (self.listener?.position_m, self.remembered.place_of(name)?.position_m);
        let squares = ear.iter().zip(mouth).map(|(ear, mouth)| (ear - mouth).powi(2));
        Some(squares.sum::<f32>().sqrt())
    }

    /// The reception and hearing settings of each other player that has spoken, by id.
    pub(crate) fn rows(&self) -> Vec<SpeakerRow> {
        let row = |speaker: &Voice| {
            Some(SpeakerRow {
                name: speaker.player.name.to_string(),
                reception: self.mixer.statistics(speaker.key)?,
            })
        };
        self.voices.present().filter_map(row).collect()
    }

    /// Ensures that the output keeps everything played.
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
