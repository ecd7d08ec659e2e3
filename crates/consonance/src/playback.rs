//! Other players' voices: session events to the mixer, and the mix to the output.

mod remembered_players;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use consonance_audio::{
    BLOCK_SAMPLES, CodecKind, CodecSettings, FrameProperties, Mixer, MixerSettings, Output, OutputError,
    Pose, SamplePosition, SpeakerKey, SpeakerStatistics, StereoBlock,
};
use consonance_session::{ClientId, CodecSettings as SessionCodec, VoiceFrame};

use remembered_players::{HeardAs, RememberedPlayers};

use crate::clock::Clock;
use crate::command::Hearing;
use crate::player_state::PlayerState;
use crate::rooms::JoinedRooms;
use crate::statistics::SpeakerRow;
use crate::tap::{TapSender, TapSenders, TapSound};
use crate::trace::FrameTrace;

/// A player who left may still be heard for what is buffered, at most this many blocks.
const FAREWELL_BLOCKS: u32 = 100;
/// The mixer knows the loss of the last so many frames of a speaker; with fewer, it is a guess.
const LOSS_WINDOW_FRAMES: u64 = 128;
/// Players who are listened to by taps at the same time, here or not.
const TAPPED_SPEAKERS_MAX: usize = 1_024;
/// Utterances whose numbers are remembered per speaker: those that may still be in the jitter buffer.
const REMEMBERED_UTTERANCES: usize = 8;

/// The mixer, who is in it under which name, and where the mix goes.
pub(crate) struct Playback {
    mixer: Mixer,
    output: Box<dyn Output>,
    /// Ordered, since the server is told of how each is received.
    speakers: BTreeMap<ClientId, Speaker>,
    remembered: RememberedPlayers,
    speaker_taps: BTreeMap<String, TapSenders>,
    mix_taps: TapSenders,
    /// Speakers who left and are played out.
    departing: Vec<(Speaker, u32)>,
    last_key: u32,
    listener: Option<Pose>,
    master_volume: f32,
    /// Added to each played frame: the encoder's own delay, the same for all Opus encoders of the game.
    codec_delay_samples: u64,
}

struct Speaker {
    key: SpeakerKey,
    player: Arc<PlayerState>,
    /// (utterance, what to add to a frame's number in it to get its number in the packet).
    numbering: VecDeque<(u32, u16)>,
}

impl Playback {
    pub(crate) fn new(output: Box<dyn Output>, settings: MixerSettings, codec_delay_samples: usize) -> Self {
        Self {
            mixer: Mixer::new(settings),
            output,
            speakers: BTreeMap::new(),
            remembered: RememberedPlayers::default(),
            speaker_taps: BTreeMap::new(),
            mix_taps: TapSenders::default(),
            departing: Vec::new(),
            last_key: 0,
            listener: None,
            master_volume: 1.0,
            codec_delay_samples: codec_delay_samples as u64,
        }
    }

    /// # Errors
    /// If the player's voice cannot be decoded; it is in the session all the same.
    pub(crate) fn add(
        &mut self,
        id: ClientId,
        player: Arc<PlayerState>,
        codec: SessionCodec,
    ) -> Result<(), String> {
        let heard_as = self.remembered.of(&player.name);
        heard_as.show(&player);
        let cannot = |error: &dyn std::fmt::Display| format!("{} cannot be heard: {error}", player.name);
        let kind = CodecKind::from_wire(codec.kind.0).map_err(|error| cannot(&error))?;
        let codec = CodecSettings {
            kind,
            frame_samples: codec.frame_size_samples,
            sample_rate_hz: codec.sample_rate_hz,
        };
        self.last_key += 1;
        let key = SpeakerKey(self.last_key);
        self.mixer.add_speaker(key, codec).map_err(|error| cannot(&error))?;
        heard_as.apply(&mut self.mixer, key);
        let speaker = Speaker { key, player, numbering: VecDeque::new() };
        self.speakers.insert(id, speaker);
        Ok(())
    }

    pub(crate) fn remove(&mut self, id: ClientId) {
        if let Some(speaker) = self.speakers.remove(&id) {
            self.departing.push((speaker, FAREWELL_BLOCKS));
        }
    }

    pub(crate) fn start(&mut self, id: ClientId) {
        if let Some(speaker) = self.speakers.get_mut(&id)
            && let Some(utterance) = self.mixer.start_utterance(speaker.key)
        {
            speaker.numbering.push_back((utterance, 0));
            if speaker.numbering.len() > REMEMBERED_UTTERANCES {
                speaker.numbering.pop_front();
            }
        }
    }

    /// A frame came in; its name for the trace.
    pub(crate) fn push(
        &mut self,
        arrived: SamplePosition,
        voice: &VoiceFrame<'_>,
        rooms: &JoinedRooms,
    ) -> Option<&str> {
        let speaker = self.speakers.get_mut(&voice.id)?;
        if let Some((_, offset)) = speaker.numbering.back_mut() {
            *offset = voice.packet_sequence.wrapping_sub(voice.sequence as u16);
        }
        let properties = FrameProperties {
            gain: voice.amplitude,
            priority: voice.priority as u8,
            positional: voice.positional,
        };
        self.mixer.push_frame(speaker.key, voice.sequence, arrived, voice.frame, properties);
        speaker.player.set_priority(voice.priority);
        speaker.player.set_positional(voice.positional);
        speaker.player.hear(voice.channels, |room| rooms.name_of(room));
        Some(&speaker.player.name)
    }

    pub(crate) fn stop(&mut self, id: ClientId) {
        if let Some(speaker) = self.speakers.get(&id) {
            self.mixer.end_utterance(speaker.key);
        }
    }

    /// Hears the others as that says from now on.
    ///
    /// # Errors
    /// If it is for one name more than are remembered.
    pub(crate) fn obey(&mut self, hearing: Hearing) -> Result<(), String> {
        match hearing {
            Hearing::Volume { name, volume } => self.remember(&name, |heard| heard.volume = volume)?,
            Hearing::Muted { name, muted } => self.remember(&name, |heard| heard.muted = muted)?,
            Hearing::Places(places) => {
                return places
                    .into_iter()
                    .try_for_each(|(name, place)| self.remember(&name, |heard| heard.place = place));
            }
            Hearing::Listener(pose) => {
                self.listener = pose;
                self.mixer.set_listener(pose);
            }
            Hearing::Spatial(settings) => self.mixer.set_spatial(settings),
            Hearing::MasterVolume(volume) => {
                self.master_volume = volume;
                self.mixer.set_master_volume(volume);
            }
            Hearing::Ducking(settings) => self.mixer.set_ducking(settings),
            Hearing::Levelling(levelled) => self.mixer.set_levelling(levelled),
        }
        Ok(())
    }

    fn remember(&mut self, name: &str, change: impl FnOnce(&mut HeardAs)) -> Result<(), String> {
        let heard_as = self.remembered.change(name, change)?;
        for speaker in self.speakers.values().filter(|speaker| *speaker.player.name == *name) {
            heard_as.show(&speaker.player);
            heard_as.apply(&mut self.mixer, speaker.key);
        }
        Ok(())
    }

    /// Lets nobody be heard, or everybody again.
    pub(crate) fn set_deafened(&mut self, deafened: bool) {
        self.mixer.set_deafened(deafened);
    }

    /// Turns everybody down while one speaks oneself.
    pub(crate) fn set_ducked(&mut self, ducked: bool) {
        self.mixer.set_ducked(ducked);
    }

    /// Lets somebody listen to a player from now on, whenever that player is here.
    ///
    /// # Errors
    /// If there are too many such taps.
    pub(crate) fn tap_speaker(&mut self, name: String, sender: TapSender) -> Result<(), String> {
        self.speaker_taps.retain(|_, senders| !senders.is_empty());
        if self.speaker_taps.len() >= TAPPED_SPEAKERS_MAX && !self.speaker_taps.contains_key(&name) {
            return Err(format!(
                "{TAPPED_SPEAKERS_MAX} players are listened to by taps: drop some of the taps first"
            ));
        }
        self.speaker_taps.entry(name).or_default().add(sender);
        Ok(())
    }

    /// Lets somebody listen to everything together from now on.
    pub(crate) fn tap_mix(&mut self, sender: TapSender) {
        self.mix_taps.add(sender);
    }

    fn mix(&mut self) -> StereoBlock {
        let mut block = StereoBlock::default();
        let position = self.mixer.position();
        if self.speaker_taps.is_empty() {
            self.mixer.mix(&mut block);
        } else {
            let Self { mixer, speakers, departing, speaker_taps, .. } = self;
            mixer.mix_watched(&mut block, |key, position, sound| {
                let mut everybody = speakers.values().chain(departing.iter().map(|(speaker, _)| speaker));
                if let Some(speaker) = everybody.find(|speaker| speaker.key == key)
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

    /// One beat: mixes 10 ms, hands them to the output, and returns the mean of both sides.
    ///
    /// # Errors
    /// If the output takes no more.
    pub(crate) fn beat(&mut self) -> Result<[f32; BLOCK_SAMPLES], OutputError> {
        let block = self.mix();
        let mixer = &mut self.mixer;
        self.departing.retain_mut(|(speaker, blocks)| {
            *blocks -= 1;
            let waits = mixer.statistics(speaker.key).is_some_and(|statistics| statistics.queued > 0);
            let stays = waits && *blocks > 0;
            if !stays {
                mixer.remove_speaker(speaker.key);
            }
            stays
        });
        self.output.write(&block)?;
        Ok(block.to_mono())
    }

    /// Writes down how well everybody is received.
    pub(crate) fn note_losses(&self) {
        for speaker in self.speakers.values() {
            let heard =
                self.mixer.statistics(speaker.key).filter(|heard| heard.received >= LOSS_WINDOW_FRAMES);
            speaker.player.set_packet_loss(heard.map(|heard| heard.loss_percent / 100.0));
        }
    }

    /// Writes down how loud everybody is.
    pub(crate) fn meter(&self) {
        for speaker in self.speakers.values() {
            let amplitude = self.mixer.speaker_amplitude(speaker.key).unwrap_or_default();
            if amplitude > 0.0 || speaker.player.amplitude.get() > 0.0 {
                speaker.player.amplitude.set(amplitude);
            }
        }
    }

    /// How many frames were played that [`poll_played`](Self::poll_played) did not tell of.
    pub(crate) fn played_untold(&self) -> u64 {
        self.mixer.played_overflow()
    }

    /// The next frame that was played since the last call.
    pub(crate) fn poll_played(&mut self, clock: &Clock) -> Option<FrameTrace> {
        while let Some(played) = self.mixer.poll_played() {
            let departed = self.departing.iter().map(|(speaker, _)| speaker);
            let mut everybody = self.speakers.values().chain(departed);
            let Some(speaker) = everybody.find(|speaker| speaker.key == played.speaker) else { continue };
            let numbering = speaker.numbering.iter().find(|(utterance, _)| *utterance == played.utterance);
            let Some((_, offset)) = numbering else { continue };
            let at: Option<Instant> = clock.time_of(played.position + self.codec_delay_samples);
            return Some(FrameTrace::Played {
                speaker: speaker.player.name.to_string(),
                sequence: (played.sequence as u16).wrapping_add(*offset),
                at: at?,
                how: played.how,
            });
        }
        None
    }

    /// The loss of the last while in percent, upper median over the speakers who were heard; `None` as long as nobody
    /// was heard for a whole window.
    pub(crate) fn loss_percent(&self) -> Option<u8> {
        let heard = self.speakers.values().filter_map(|speaker| self.mixer.statistics(speaker.key));
        let heard = heard.filter(|statistics| statistics.received >= LOSS_WINDOW_FRAMES);
        let mut losses: Vec<f32> = heard.map(|statistics| statistics.loss_percent).collect();
        losses.sort_unstable_by(f32::total_cmp);
        losses.get(losses.len() / 2).map(|percent| percent.round() as u8)
    }

    /// How each of the others is received, by ascending id.
    pub(crate) fn received(&self) -> impl Iterator<Item = (ClientId, SpeakerStatistics)> {
        self.speakers.iter().filter_map(|(id, speaker)| Some((*id, self.mixer.statistics(speaker.key)?)))
    }

    /// The factor for everybody's voice.
    pub(crate) fn master_volume(&self) -> f32 {
        self.master_volume
    }

    /// How far away a player is, in metres, if both places are known.
    pub(crate) fn distance_m(&self, name: &str) -> Option<f32> {
        let (ear, mouth) = (self.listener?.position_m, self.remembered.of(name).place?.position_m);
        let squares = ear.iter().zip(mouth).map(|(ear, mouth)| (ear - mouth).powi(2));
        Some(squares.sum::<f32>().sqrt())
    }

    /// How each of the others is received and heard, by their ids.
    pub(crate) fn rows(&self) -> Vec<SpeakerRow> {
        let speakers = self.speakers.iter();
        let row = |speaker: &Speaker| {
            Some(SpeakerRow {
                name: speaker.player.name.to_string(),
                reception: self.mixer.statistics(speaker.key)?,
            })
        };
        speakers.into_iter().filter_map(|(_, speaker)| row(speaker)).collect()
    }

    /// Makes sure that everything played is kept.
    ///
    /// # Errors
    /// If not everything could be kept.
    pub(crate) fn finish(&mut self) -> Result<(), OutputError> {
        self.output.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_others_are_received_is_told_in_the_order_of_their_ids() {
        let mut playback = Playback::new(Box::new(consonance_audio::Discard), MixerSettings::default(), 0);
        let codec = SessionCodec {
            kind: consonance_session::CodecKind::OPUS,
            frame_size_samples: 960,
            sample_rate_hz: 48_000,
        };
        for id in [40, 7, 300, 1, 99, 12, 5, 60] {
            let player = Arc::new(PlayerState::new(&format!("player {id}"), false));
            playback.add(ClientId(id), player, codec).expect("Opus can be heard");
        }
        let told: Vec<_> = playback.received().map(|(id, _)| id.0).collect();
        assert_eq!(told, [1, 5, 7, 12, 40, 60, 99, 300]);
    }
}
