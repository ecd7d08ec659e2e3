//! What a connection is told and tells, as values.

use std::sync::Arc;
use std::time::Duration;

use consonance_transport::DisconnectReason;

/// A frame of Opus for a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtcVoice<'a> {
    /// Which slot, from 0.
    pub slot: usize,
    /// Changes with each speaker and each utterance of it: what comes then is not compared with what came before.
    pub stream: u64,
    /// Which frame of the utterance it is, counting up and wrapping; gaps are losses.
    pub sequence: u32,
    /// How long it is, in samples at 48 kHz: 960 are 20 ms.
    pub samples: u32,
    /// The packet of Opus, up to [`VOICE_BYTES_MAX`] bytes.
    pub payload: &'a [u8],
}

/// How a peer's link does, as far as is known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RtcQuality {
    /// There and back.
    pub round_trip: Option<Duration>,
    /// Which part of what is sent to the peer is lost on the way to it, from 0 to 1. The last value that is known.
    pub egress_loss: Option<f32>,
    /// What of voice the way to the peer carries, in bit/s with everything around it, from 28 000; `None` if nothing
    /// says that it does not carry all that is sent.
    pub egress_capacity: Option<u64>,
    /// How many voices that is, from 1, at the rate of those that were sent.
    pub voices_max: Option<usize>,
    /// Which part of the peer's voice is lost, from 0 to 1. The last value that is known.
    pub ingress_loss: Option<f32>,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It is on its way, or waits for its turn.
    Yes,
    /// The peer is not connected, or leaving.
    NotConnected,
    /// More waits for the peer than may: it is disconnected as too slow.
    TooSlow,
}

/// What happened.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ConnectionEvent {
    /// Everything is up.
    Connected,
    Message(String),
    /// Not a message, since it is not text.
    NotText,
    Voice {
        sequence: u64,
        time: u64,
        payload: Arc<[u8]>,
    },
    Disconnected(DisconnectReason),
}

/// Packets and messages that came and were not used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ConnectionDrops {
    pub(crate) malformed: u64,
    pub(crate) too_many: u64,
    pub(crate) unproved: u64,
}

/// The longest packet of voice that is sent, in bytes: with everything around it, it fits
/// the datagrams of every network.
pub const VOICE_BYTES_MAX: usize = 1150;
