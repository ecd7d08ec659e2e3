//! The other players' codecs: whether they are Opus, and how long a frame lasts.

use std::collections::BTreeMap;

use consonance_session::{ClientId, CodecId, CodecParameters};
use consonance_wire::SealedVoice;

use crate::uplink::FRAME_SAMPLES;

/// The codecs of players that do not speak Opus in frames of 20 ms.
#[derive(Debug, Default)]
pub(super) struct Codecs {
    /// Players that do not speak Opus, and whether the page was told about each.
    foreign: BTreeMap<ClientId, bool>,
    /// The frame lengths of the others, in samples at 48 kHz.
    frame_samples: BTreeMap<ClientId, u32>,
}

/// 120 ms, the longest duration of an Opus packet (RFC 6716, section 3.4).
const PACKET_SAMPLES_MAX: u32 = 5760;

impl Codecs {
    pub(super) fn player_joined(&mut self, id: ClientId, codec: CodecParameters) {
        if codec.kind != CodecId::OPUS {
            self.foreign.insert(id, false);
        }
        let samples = u64::from(codec.frame_size_samples) * 48_000 / u64::from(codec.sample_rate_hz.max(1));
        let samples = samples.clamp(1, u64::from(PACKET_SAMPLES_MAX)) as u32;
        if samples == FRAME_SAMPLES {
            self.frame_samples.remove(&id);
        } else {
            self.frame_samples.insert(id, samples);
        }
    }

    pub(super) fn player_left(&mut self, id: ClientId) {
        self.foreign.remove(&id);
        self.frame_samples.remove(&id);
    }

    /// The duration of a player's frame, in samples at 48 kHz; `None` if it is not Opus. A sealed frame does not show
    /// it, so the announced duration is used.
    pub(super) fn samples(&self, id: ClientId, frame: &[u8]) -> Option<u32> {
        if self.foreign.contains_key(&id) {
            return None;
        }
        match SealedVoice::of(frame) {
            Some(_) => Some(self.frame_samples.get(&id).copied().unwrap_or(FRAME_SAMPLES)),
            None => consonance_wire::opus_packet::samples(frame),
        }
    }

    /// Whether the page has yet to be told that a player does not speak Opus; true only once.
    pub(super) fn take_foreign(&mut self, id: ClientId) -> bool {
        self.foreign.get_mut(&id).is_some_and(|told| !std::mem::replace(told, true))
    }
}
