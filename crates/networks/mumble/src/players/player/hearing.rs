//! Voices of other players on their way to the client.

use std::collections::BTreeMap;

use consonance_session::{
    ClientId, CodecId, CodecParameters, HeardChannel, HeardTarget, Instant, RoomId, VoiceFrame,
};
use consonance_wire::SealedVoice;

use super::own_place::OwnPlace;
use crate::players::channels::Channels;
use crate::{VOICE_BYTES_MAX, VoiceContext};

/// The state of each speaker's voice.
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

/// The result of a received frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// A voice packet with this number for the client.
    Packet { number: u64 },
    /// The speaker's codec is not supported by Mumble clients, which the client must be told.
    OtherCodec,
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

    /// Handles one frame of a speaker, and returns the result; `None` if a Mumble client cannot use it.
    pub(super) fn hear(
        &mut self,
        now: Instant,
        voice: &VoiceFrame<'_>,
        context: VoiceContext,
    ) -> Option<Heard> {
        let speaker = self.0.get_mut(&voice.id)?;
        if !speaker.is_opus {
            let is_new = !std::mem::replace(&mut speaker.knows_codec, true);
            return is_new.then_some(Heard::OtherCodec);
        }
        if SealedVoice::of(voice.frame).is_some() || voice.frame.len() > OPUS_BYTES_MAX {
            return None;
        }
        speaker.toc = voice.frame.first().copied()?;
        let units = speaker.units;
        let sequence = u64::from(voice.sequence);
        // An utterance starts at the present time, never before the end of an earlier one, so numbers only rise.
        let present = now.as_micros() / MICROS_PER_UNIT;
        let began = *speaker.began.get_or_insert_with(|| {
            present.max(speaker.next).saturating_sub(sequence * units).max(speaker.next)
        });
        let number = began + sequence * units;
        speaker.next = speaker.next.max(number + units);
        speaker.context = context;
        Some(Heard::Packet { number })
    }

    /// A speaker stops: the number and the packet that say so, and how it was heard.
    pub(super) fn stop(&mut self, id: ClientId) -> Option<(u64, u8, VoiceContext)> {
        let speaker = self.0.get_mut(&id)?;
        speaker.began.take()?;
        let number = speaker.next;
        speaker.next += speaker.units;
        Some((number, speaker.toc & !3, speaker.context))
    }
}

/// The context in which the user hears a voice over these channels of the session.
pub(super) fn context_of(own: &OwnPlace, channels: &Channels, heard: &[HeardChannel]) -> VoiceContext {
    let is_own = |heard: &HeardChannel| {
        let HeardTarget::Room(room) = heard.target else { return false };
        own.linked().any(|channel| channels.room(channel).map(RoomId::of) == Some(room))
    };
    if heard.iter().any(is_own) {
        VoiceContext::Normal
    } else if heard.iter().any(|heard| heard.target == HeardTarget::Me) {
        VoiceContext::Whisper
    } else {
        VoiceContext::Listen
    }
}

const MICROS_PER_UNIT: u64 = 10_000;
/// Maximum bytes of Opus in a packet, which leaves room for the packet's other fields.
const OPUS_BYTES_MAX: usize = VOICE_BYTES_MAX - 48;
