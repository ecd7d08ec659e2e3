//! The local voice: frames, encoder, and the channels that the game wants open.

mod frames;
mod wanted_channels;

use std::time::Instant;

use consonance_audio::{
    BLOCK_SAMPLES, CodecError, Demand, Encoder, EncoderSettings, OpusEncoder, Quality, RateMode, Redundancy,
    duration_of,
};
use consonance_session::{Client, Priority};

pub(crate) use frames::session_codec;
use frames::{Frame, Frames};
use wanted_channels::WantedChannels;
pub(crate) use wanted_channels::{ChannelView, ChatActivation};

use crate::capture::CapturedAs;
use crate::channel::{ChannelNumber, ChannelOrder, ChannelState, NewChannel};
use crate::clock::BLOCK;
use crate::player_state::SpeakingChannel;
use crate::trace::FrameTrace;
use crate::uplink_quality::EncoderTarget;

/// Opus never makes a longer frame of speech at the bit rates in use; the protocol has room for slightly less than 1000
/// bytes.
const FRAME_BYTES_MAX: usize = 960;

/// Turns captured blocks into frames on the channels. Channels are open in the session during an utterance.
pub(crate) struct Talking {
    /// Whether an utterance is in progress.
    is_speaking: bool,
    frames: Frames,
    encoder: Box<dyn Encoder>,
    settings: EncoderSettings,
    channels: WantedChannels,
    packet: Vec<u8>,
    /// The number of listeners of the last frame.
    sent_to: usize,
}

/// The result of a captured block.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    pub(crate) frame: Option<FrameTrace>,
    pub(crate) problem: Option<String>,
}

impl Talking {
    /// # Errors
    /// If the encoder cannot be created.
    pub(crate) fn new(settings: EncoderSettings) -> Result<Self, CodecError> {
        Ok(Self {
            is_speaking: false,
            frames: Frames::new(settings.frame),
            encoder: Box::new(OpusEncoder::new(settings)?),
            settings,
            channels: WantedChannels::new(),
            packet: vec![0; FRAME_BYTES_MAX],
            sent_to: 0,
        })
    }

    /// The encoder's own delay.
    pub(crate) fn encoder_delay_samples(&self) -> usize {
        self.encoder.lookahead_samples()
    }

    /// Changes the quality from the next frame on, with copies against losses if they suit it and are wanted;
    /// everything else stays.
    ///
    /// # Errors
    /// If the encoder cannot be created; the current one stays in use.
    pub(crate) fn set_quality(&mut self, quality: Quality, error_correction: bool) -> Result<(), CodecError> {
        let EncoderSettings { bitrate_bps, music, redundancy, .. } = quality.encoder_settings();
        let redundancy = if error_correction { redundancy } else { Redundancy::None };
        let stereo = self.settings.stereo && music;
        let wanted = EncoderSettings { bitrate_bps, music, stereo, redundancy, ..self.settings };
        if (self.settings.music, self.settings.stereo) == (music, stereo) {
            self.encoder.set_bitrate(wanted.bitrate_bps);
        } else {
            self.encoder = Box::new(OpusEncoder::new(wanted)?);
        }
        self.settings = wanted;
        Ok(())
    }

    /// Changes the encoder from the next frame on; a constant bit rate stays. Samples pending for a frame of another
    /// length are sent first.
    ///
    /// # Errors
    /// If the encoder cannot be created; the current one stays in use.
    pub(crate) fn set_encoder(
        &mut self,
        settings: EncoderSettings,
        now: Instant,
        client: &mut Client,
    ) -> Result<Sent, CodecError> {
        let EncoderSettings { expected_loss_percent, rate, .. } = self.settings;
        let rate = if rate == RateMode::Constant { rate } else { settings.rate };
        let settings = EncoderSettings { expected_loss_percent, rate, ..settings };
        let encoder = Box::new(OpusEncoder::new(settings)?);
        let has_other_frames = settings.frame != self.settings.frame;
        let sent = if has_other_frames && self.is_speaking { self.end(now, client) } else { Sent::default() };
        if has_other_frames {
            self.frames = Frames::new(settings.frame);
        }
        self.encoder = encoder;
        self.settings = settings;
        Ok(sent)
    }

    /// Whether the local voice is sent over any channel.
    pub(crate) fn is_heard(&self, client: &Client) -> bool {
        self.is_speaking && client.voice().has_channels()
    }

    /// Every channel that the game wants.
    pub(crate) fn wanted_channels(&self) -> impl Iterator<Item = ChannelView<'_>> {
        self.channels.wanted()
    }

    /// The activation of the chat as a whole.
    pub(crate) fn chat(&self) -> ChatActivation {
        self.channels.chat()
    }

    /// The channels that are currently open in the session. `priority` is that of channels without their own.
    pub(crate) fn open_channels(&self, priority: Priority) -> Vec<SpeakingChannel> {
        self.channels.open_channels(priority)
    }

    /// Adds a channel that is wanted from the beginning.
    ///
    /// # Errors
    /// If there are too many.
    pub(crate) fn add(&mut self, channel: ChannelNumber, new: NewChannel) -> Result<(), String> {
        self.channels.add(channel, new, None)
    }

    /// Carries out an order for a channel, which applies to speech from now on.
    ///
    /// # Errors
    /// If there are too many channels for another one.
    pub(crate) fn obey(
        &mut self,
        channel: ChannelNumber,
        order: ChannelOrder,
        now: Instant,
        client: &mut Client,
    ) -> Result<(), String> {
        self.channels.obey(channel, order, now, client)
    }

    /// Changes the activation of channels that follow the chat.
    pub(crate) fn set_chat(&mut self, now: Instant, change: impl FnOnce(&mut ChatActivation)) {
        self.channels.set_chat(now, change);
    }

    /// The combined demand of all channels.
    pub(crate) fn demand(&self) -> Demand {
        self.channels.demand()
    }

    /// The state of all channels, if any has changed since [`channels_shown`](Self::channels_shown).
    pub(crate) fn changed_channels(&self) -> Option<impl Iterator<Item = (ChannelNumber, ChannelState)>> {
        self.channels.changed()
    }

    /// Marks the states as published.
    pub(crate) fn channels_shown(&mut self) {
        self.channels.shown();
    }

    /// The game's encoder settings, regardless of adaptation to the network.
    pub(crate) fn settings(&self) -> &EncoderSettings {
        &self.settings
    }

    /// The number of listeners of the last frame.
    pub(crate) fn sent_to(&self) -> usize {
        self.sent_to
    }

    /// Adapts the encoder to the network, from the next frame on.
    pub(crate) fn adapt(&mut self, target: EncoderTarget) {
        self.settings.expected_loss_percent = target.expected_loss_percent;
        self.encoder.set_bitrate(target.bitrate_bps);
        self.encoder.set_expected_loss(target.expected_loss_percent);
        self.encoder.set_redundancy(target.redundancy);
    }

    /// Sends captured sound as soon as it fills a frame. `now` is the time for blocks without their own.
    pub(crate) fn handle_captured(
        &mut self,
        captured: &CapturedAs,
        now: Instant,
        client: &mut Client,
    ) -> Sent {
        match captured {
            CapturedAs::Sound { recorded_until, is_speech, block, side } => {
                let (any_open, problem) = self.channels.decide_block(*recorded_until, *is_speech, client);
                let sent = if any_open {
                    self.speak(block, side.as_ref(), *recorded_until, client)
                } else {
                    // Samples in the incomplete frame were recorded before this block.
                    self.end(recorded_until.checked_sub(BLOCK).unwrap_or(now), client)
                };
                Sent { problem: problem.or(sent.problem), ..sent }
            }
            CapturedAs::Silence | CapturedAs::Ended { .. } => {
                self.channels.slam(client);
                self.end(now, client)
            }
        }
    }

    fn speak(
        &mut self,
        block: &[f32; BLOCK_SAMPLES],
        side: Option<&[f32; BLOCK_SAMPLES]>,
        recorded_until: Instant,
        client: &mut Client,
    ) -> Sent {
        if !self.is_speaking {
            self.is_speaking = true;
            self.frames.clear();
            self.encoder.start_utterance();
        }
        if side.is_some()
            && self.frames.pending_samples() == 0
            && let Err(error) = self.set_stereo()
        {
            return Sent { frame: None, problem: Some(error.to_string()) };
        }
        let Some(frame) = self.frames.fill(block, side) else { return Sent::default() };
        let spoken = frame.middle.len();
        let sent = send(&mut *self.encoder, &frame, spoken, recorded_until, &mut self.packet, client);
        if let Some(FrameTrace::Sent { listeners, .. }) = &sent.frame {
            self.sent_to = *listeners;
        }
        sent
    }

    /// Encodes two channels from the next frame on, until the quality is no longer music.
    fn set_stereo(&mut self) -> Result<(), CodecError> {
        if !self.settings.stereo {
            let settings = EncoderSettings { stereo: true, ..self.settings };
            self.encoder = Box::new(OpusEncoder::new(settings)?);
            self.settings = settings;
        }
        Ok(())
    }

    /// Ends the utterance, if there is one, and closes every channel; one more frame reports that.
    fn end(&mut self, now: Instant, client: &mut Client) -> Sent {
        if !std::mem::replace(&mut self.is_speaking, false) {
            return Sent::default();
        }
        let spoken = self.frames.pending_samples();
        let silence = vec![0.0; self.encoder.frame_samples()];
        let last = self.frames.flush().unwrap_or(Frame { middle: &silence, side: &silence });
        send(&mut *self.encoder, &last, spoken, now, &mut self.packet, client)
    }
}

/// Encodes and sends a frame, of which the first `spoken` samples were recorded right before `now`.
fn send(
    encoder: &mut dyn Encoder,
    frame: &Frame<'_>,
    spoken: usize,
    now: Instant,
    packet: &mut [u8],
    client: &mut Client,
) -> Sent {
    if !client.voice().has_channels() {
        return Sent::default();
    }
    let bytes = match encoder.encode_stereo(frame.middle, frame.side, packet) {
        Ok(bytes) => bytes,
        Err(error) => return Sent { frame: None, problem: Some(error.to_string()) },
    };
    let sequence = client.voice().next_sequence();
    match client.send_voice(&packet[..bytes]) {
        Ok(listeners) if listeners > 0 => {
            let spoken_at = now.checked_sub(duration_of(spoken as u64)).unwrap_or(now);
            Sent { frame: Some(FrameTrace::Sent { sequence, spoken_at, listeners }), problem: None }
        }
        // Without a listener or a session the frame is lost, like any lost voice.
        Ok(_) | Err(consonance_session::VoiceError::NotJoined) => Sent::default(),
        Err(error) => Sent { frame: None, problem: Some(error.to_string()) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_quality_changes_neither_disabled_copies_nor_unrelated_settings() {
        let before = EncoderSettings {
            redundancy: Redundancy::None,
            complexity: 5,
            ..Quality::High.encoder_settings()
        };
        let mut talking = Talking::new(before).unwrap();
        for quality in [Quality::Low, Quality::Music, Quality::Medium] {
            talking.set_quality(quality, false).unwrap();
            let EncoderSettings { bitrate_bps, music, .. } = quality.encoder_settings();
            assert_eq!(talking.settings, EncoderSettings { bitrate_bps, music, ..before });
        }
    }

    #[test]
    fn music_has_no_copies_and_what_is_spoken_after_it_has_them_again() {
        let mut talking = Talking::new(Quality::High.encoder_settings()).unwrap();
        let redundancies = [Quality::Music, Quality::Low].map(|quality| {
            talking.set_quality(quality, true).unwrap();
            talking.settings.redundancy
        });
        assert_eq!(redundancies, [Redundancy::None, Redundancy::Fec]);
    }
}
