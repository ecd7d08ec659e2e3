//! The client's voice on its way to the session.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use consonance_session::{
    ChannelId, ChannelProperties, Client, CodecId, CodecParameters, Instant, Target, TokenBucket,
};
use consonance_wire::SealedVoice;
use consonance_wire::opus_packet::{Misfit, OpusPacket, Packer};

use super::MumblePlayer;
use super::packet_times::PacketTimes;
use crate::control::messages::DenyType;
use crate::players::profile::Neighbours;
use crate::players::users::OWN;
use crate::{LOOPBACK, Voice, VoiceContext};

/// The state of the client's voice between packets.
#[derive(Debug)]
pub(super) struct Speaking {
    /// The listeners of each whisper.
    whispers: BTreeMap<u8, Vec<Target>>,
    packer: Packer,
    utterance: Option<Utterance>,
    budget: TokenBucket,
    /// How often the frame length was changed for this client.
    changes: u32,
    knows_other_codec: bool,
    knows_misfit: bool,
}

/// The current utterance and its targets.
#[derive(Debug)]
struct Utterance {
    target: u8,
    channels: Vec<ChannelId>,
    times: PacketTimes,
    /// The sample after the last packet.
    next: u64,
    /// The first byte of the last packet.
    toc: u8,
    /// The sample after the last frame that was sent.
    sent_until: Option<u64>,
    stops_at: Instant,
}

impl Default for Speaking {
    fn default() -> Self {
        Self {
            whispers: BTreeMap::new(),
            packer: Packer::new(FRAME_SAMPLES),
            utterance: None,
            budget: TokenBucket::full(Instant::START),
            changes: 0,
            knows_other_codec: false,
            knows_misfit: false,
        }
    }
}

impl Speaking {
    /// The time at which the current utterance ends, if no more packets come.
    pub(super) fn stops_at(&self) -> Option<Instant> {
        self.utterance.as_ref().map(|utterance| utterance.stops_at)
    }

    /// Sets the players and rooms that hear a whisper.
    pub(super) fn set_whisper(&mut self, id: u8, listeners: Vec<Target>) {
        if (1..LOOPBACK).contains(&id) {
            self.whispers.insert(id, listeners);
        }
    }
}

impl MumblePlayer {
    /// Handles a voice packet from the client.
    pub fn handle_voice(&mut self, now: Instant, voice: &Voice<'_>, neighbours: &Neighbours) {
        if self.is_over() || !self.is_synced {
            return;
        }
        if !self.speaking.budget.take(now, self.settings.voice_packets, 1, 1) {
            self.limited_voices += 1;
            self.arrivals.too_many = Some(now);
            return;
        }
        self.arrivals.voice = Some(now);
        if voice.target == LOOPBACK {
            return self.send_back(voice);
        }
        self.note_place(now, voice.place);
        if self.profile.self_mute {
            return;
        }
        // The session client's clock tells when a frame was sent, so bring it up to date.
        self.client.handle_timeout(now);
        if let Ok(packet) = OpusPacket::parse(&voice.opus)
            && SealedVoice::of(&voice.opus).is_none()
        {
            self.speak(now, voice, &packet);
        }
        if voice.is_last {
            self.close_channels();
        }
        self.follow(now, neighbours);
    }

    /// Handles voice in an unsupported codec: tells the client so once.
    pub fn handle_other_codec(&mut self, now: Instant) {
        self.arrivals.other_codec = Some(now);
        if !std::mem::replace(&mut self.speaking.knows_other_codec, true) {
            let words =
                "you are not heard: your client sends CELT or Speex, and this server relays only Opus";
            self.deny(DenyType::Text, words);
            self.tell_notice(words);
        }
    }

    /// Ends the current utterance if no packet has come for a while.
    pub(super) fn stop_speaking_if_due(&mut self, now: Instant) {
        if self.speaking.stops_at().is_some_and(|at| at <= now) {
            self.close_channels();
        }
    }

    /// Ends the current utterance. A frame without sound marks the end, so that listeners do not wait.
    pub(super) fn close_channels(&mut self) {
        let Self { speaking, client, .. } = self;
        let Some(utterance) = &mut speaking.utterance else { return };
        let samples = speaking.packer.samples();
        speaking.packer.finish(|at, frame| send(client, utterance, samples, at, frame));
        let Some(utterance) = speaking.utterance.take() else { return };
        for channel in &utterance.channels {
            client.voice_mut().close_channel(*channel);
        }
        if utterance.sent_until.is_some() && client.voice().has_channels() {
            // Errors are ignored: a lost session ends the utterance anyway.
            let _ = client.send_voice(&[utterance.toc & !3]);
        }
    }

    fn speak(&mut self, now: Instant, voice: &Voice<'_>, packet: &OpusPacket<'_>) {
        let frame_samples = packet.frame_samples().max(FRAME_SAMPLES_MIN);
        // Frames that wait to be put together are late.
        if frame_samples < self.speaking.packer.samples()
            && !voice.is_last
            && self.speaking.changes + 1 < CHANGES_MAX
        {
            return self.change_frames(now, frame_samples);
        }
        let time_in = |utterance: &mut Utterance| {
            let time = utterance.times.time_of(voice.number, packet.samples());
            (utterance.target == voice.target && time.abs_diff(utterance.next) < GAP_MAX).then_some(time)
        };
        let time = self.speaking.utterance.as_mut().and_then(time_in);
        let time = time.unwrap_or_else(|| {
            self.close_channels();
            self.begin(now, voice, packet.samples())
        });
        let Self { speaking, client, .. } = self;
        let Some(utterance) = &mut speaking.utterance else { return };
        if time < utterance.next {
            return send_late(client, utterance, time, speaking.packer.samples(), packet);
        }
        utterance.next = time.saturating_add(packet.samples().into());
        utterance.stops_at = now + SILENCE;
        utterance.toc = packet.toc();
        let samples = speaking.packer.samples();
        let outcome =
            speaking.packer.pack(time, packet, |at, frame| send(client, utterance, samples, at, frame));
        if let Err(Misfit { frame_samples }) = outcome {
            self.change_frames(now, frame_samples);
        }
    }

    /// Opens channels to all that are to hear what begins; returns the time of its first packet, in samples.
    fn begin(&mut self, now: Instant, voice: &Voice<'_>, samples: u32) -> u64 {
        let target = voice.target;
        let mut times = PacketTimes::default();
        let time = times.time_of(voice.number, samples);
        let listeners = match target {
            0 => {
                let room = self.channels.room(self.own.channel());
                room.map(|room| vec![Target::Room(room.into())]).unwrap_or_default()
            }
            whisper => self.speaking.whispers.get(&whisper).cloned().unwrap_or_default(),
        };
        let properties =
            ChannelProperties { positional: self.placing.place().is_some(), ..ChannelProperties::default() };
        let open = |listener| self.client.open_channel(listener, properties).ok();
        let channels: Vec<_> = listeners.into_iter().filter_map(open).collect();
        if !channels.is_empty() {
            let stops_at = now + SILENCE;
            let utterance =
                Utterance { target, channels, times, next: time, toc: 0, sent_until: None, stops_at };
            self.speaking.utterance = Some(utterance);
        }
        time
    }

    /// Announces another frame length to the session, because the client's frames do not fit the current one; this
    /// takes a new join.
    fn change_frames(&mut self, now: Instant, frame_samples: u32) {
        if self.speaking.changes >= CHANGES_MAX {
            if !std::mem::replace(&mut self.speaking.knows_misfit, true) {
                let words = "your client changes its packet length too often: choose 20 ms and keep it";
                self.deny(DenyType::Text, words);
            }
            return;
        }
        self.speaking.changes += 1;
        self.close_channels();
        self.speaking.packer = Packer::new(frame_samples);
        let codec = CodecParameters {
            kind: CodecId::OPUS,
            frame_size_samples: frame_samples,
            sample_rate_hz: 48_000,
        };
        self.join_again(now, codec);
    }

    /// The client wants to hear itself.
    fn send_back(&mut self, voice: &Voice<'_>) {
        let &Voice { number, is_last, place, .. } = voice;
        let (target, opus) = (VoiceContext::Normal as u8, Cow::Borrowed(&*voice.opus));
        self.voices.push(&Voice { target, session: OWN, number, opus, is_last, place });
    }
}

/// Sends a frame that begins at this sample, behind those that are missing since the one before.
fn send(client: &mut Client, utterance: &mut Utterance, samples: u32, at: u64, frame: &[u8]) {
    if let Some(sent_until) = utterance.sent_until {
        client.voice_mut().skip((at.saturating_sub(sent_until) / u64::from(samples)) as u16);
    }
    // A frame that the session rejects, for example during a rejoin, counts as a lost packet.
    if client.send_voice(frame).is_ok() {
        utterance.sent_until = Some(at.saturating_add(samples.into()));
    }
}

/// Sends a packet that came behind later ones, if it is one frame.
fn send_late(client: &mut Client, utterance: &Utterance, time: u64, samples: u32, packet: &OpusPacket<'_>) {
    let frames_ago = (utterance.next - time) / u64::from(samples);
    if packet.samples() == samples && utterance.sent_until.is_some() && frames_ago > 1 {
        // Errors are ignored: a packet that is too late is simply dropped.
        let _ = client.send_late_voice(packet.bytes(), frames_ago as u16);
    }
}

/// Samples of the frames that a session is told of at first: what Mumble's client sends by default.
const FRAME_SAMPLES: u32 = 960;
/// Samples of the shortest frames that a session is told of, 10 ms; shorter ones are put together.
const FRAME_SAMPLES_MIN: u32 = 480;
/// A gap of numbers from this length on, in samples, is a pause of the speaker: 200 ms. Bots pause without a last
/// packet.
const GAP_MAX: u64 = 9600;
/// Silence after which an utterance is over, although no packet was marked as the last one.
const SILENCE: Duration = Duration::from_millis(400);
/// Maximum number of changes of the frame length for a client. The last one is kept for frames that do not fit.
const CHANGES_MAX: u32 = 4;
/// Maximum number of players and rooms that hear one whisper.
pub(super) const LISTENERS_MAX: usize = 64;
