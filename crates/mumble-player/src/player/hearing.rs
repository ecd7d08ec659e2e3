//! Others' voices on their way to the client.

use std::collections::BTreeMap;

use consonance_mumble::{VOICE_BYTES_MAX, Voice, VoiceContext};
use consonance_session::{
    ClientId, CodecId, CodecParameters, HeardTarget, Instant, Position, RoomId, VoiceFrame,
};
use consonance_wire::SealedVoice;

use super::MumblePlayer;
use crate::profile::Neighbours;

/// What is known of each speaker's voice.
#[derive(Debug, Default)]
pub(super) struct Hearing(BTreeMap<ClientId, Speaker>);

#[derive(Debug)]
struct Speaker {
    is_opus: bool,
    /// Units of 10 ms in each frame, which a voice packet's number counts.
    units: u64,
    /// The number of the first frame of the present utterance.
    began: Option<u64>,
    /// The number behind the last frame.
    next: u64,
    toc: u8,
    context: VoiceContext,
    knows_codec: bool,
}

/// A frame that the client is to hear.
#[derive(Debug)]
pub(super) struct Heard {
    number: u64,
    opus: Vec<u8>,
    targets: Vec<HeardTarget>,
    /// The speaker's codec is none that a Mumble client plays, which it has to be told.
    is_foreign: bool,
}

impl Hearing {
    pub(super) fn player_joined(&mut self, id: ClientId, codec: CodecParameters) {
        let CodecParameters { kind, frame_size_samples, sample_rate_hz } = codec;
        let units = u64::from(frame_size_samples) * 100 / u64::from(sample_rate_hz.max(1));
        self.0.insert(
            id,
            Speaker {
                is_opus: kind == CodecId::OPUS,
                units: units.max(1),
                began: None,
                next: 0,
                toc: 0,
                context: VoiceContext::Normal,
                knows_codec: false,
            },
        );
    }

    pub(super) fn player_left(&mut self, id: ClientId) {
        self.0.remove(&id);
    }

    /// One frame of a speaker. None if a Mumble client can make nothing of it.
    pub(super) fn hear(&mut self, now: Instant, voice: &VoiceFrame<'_>) -> Option<Heard> {
        let speaker = self.0.get_mut(&voice.id)?;
        let targets = voice.channels.iter().map(|channel| channel.target).collect();
        if !speaker.is_opus {
            let is_new = !std::mem::replace(&mut speaker.knows_codec, true);
            return is_new.then(|| Heard { number: 0, opus: Vec::new(), targets, is_foreign: true });
        }
        if SealedVoice::of(voice.frame).is_some() || voice.frame.len() > OPUS_BYTES_MAX {
            return None;
        }
        speaker.toc = voice.frame.first().copied()?;
        let units = speaker.units;
        let sequence = u64::from(voice.sequence);
        // An utterance begins when it does, so that numbers only rise.
        let present = now.as_micros() / MICROS_PER_UNIT;
        let began = *speaker.began.get_or_insert_with(|| {
            present.max(speaker.next).saturating_sub(sequence * units).max(speaker.next)
        });
        let number = began + sequence * units;
        speaker.next = speaker.next.max(number + units);
        Some(Heard { number, opus: voice.frame.to_vec(), targets, is_foreign: false })
    }

    /// A speaker stops: the number and the packet that say so, and how it was heard.
    fn stop(&mut self, id: ClientId) -> Option<(u64, u8, VoiceContext)> {
        let speaker = self.0.get_mut(&id)?;
        speaker.began.take()?;
        let number = speaker.next;
        speaker.next += speaker.units;
        Some((number, speaker.toc & !3, speaker.context))
    }

    fn set_context(&mut self, id: ClientId, context: VoiceContext) {
        if let Some(speaker) = self.0.get_mut(&id) {
            speaker.context = context;
        }
    }
}

impl MumblePlayer {
    pub(super) fn tell_voice(&mut self, id: ClientId, heard: Heard, neighbours: &Neighbours) {
        let Heard { number, opus, targets, is_foreign } = heard;
        let Some(user) = self.users.get(id) else { return };
        if is_foreign {
            let words = format!("{} speaks in another codec than Opus, which Mumble cannot play", user.name);
            return self.tell_notice(&words);
        }
        let context = self.context_of(&targets);
        self.hearing.set_context(id, context);
        self.push_voice(id, context, number, opus, false, neighbours);
    }

    pub(super) fn tell_stopped(&mut self, id: ClientId, neighbours: &Neighbours) {
        if let Some((number, silence, context)) = self.hearing.stop(id) {
            self.push_voice(id, context, number, vec![silence], true, neighbours);
        }
    }

    fn push_voice(
        &mut self,
        id: ClientId,
        context: VoiceContext,
        number: u64,
        opus: Vec<u8>,
        is_last: bool,
        neighbours: &Neighbours,
    ) {
        let Some(user) = self.users.get(id) else { return };
        if !self.is_synced || self.profile.self_deaf || self.voices.len() >= VOICES_MAX {
            return;
        }
        let session = user.number;
        let position = neighbours.place(id, &self.world).map(Position::metres);
        let target = context as u8;
        self.voices.push_back(Voice { target, session, number, opus: opus.into(), is_last, position });
    }

    /// How a voice over these ways comes to be heard.
    fn context_of(&self, targets: &[HeardTarget]) -> VoiceContext {
        let is_own = |target: &HeardTarget| {
            let HeardTarget::Room(room) = target else { return false };
            self.own.linked().any(|channel| self.channels.room(channel).map(RoomId::of) == Some(*room))
        };
        if targets.iter().any(is_own) {
            VoiceContext::Normal
        } else if targets.contains(&HeardTarget::Me) {
            VoiceContext::Whisper
        } else {
            VoiceContext::Listen
        }
    }
}

const MICROS_PER_UNIT: u64 = 10_000;
/// Opus in a packet beside what stands around it.
const OPUS_BYTES_MAX: usize = VOICE_BYTES_MAX - 48;
/// Packets that wait to be taken.
const VOICES_MAX: usize = 1000;
