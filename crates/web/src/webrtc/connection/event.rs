//! Inputs and outputs of a connection, as values.

use std::sync::Arc;
use std::time::Duration;

use consonance_link::DisconnectReason;

/// An Opus frame for a slot. `consonance-browser` has one, too, for what the engine of a page's player emits: neither
/// crate depends on the other, and `consonance-web`, which connects them, turns that one into this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtcVoice<'a> {
    /// The slot, from 0.
    pub slot: usize,
    /// Changes with each speaker and each of its utterances: frames after a change are not compared with those before
    /// it.
    pub stream: u64,
    /// The frame's number in the utterance, counting up and wrapping; gaps are losses.
    pub sequence: u32,
    /// How long it is, in samples at 48 kHz: 960 are 20 ms.
    pub samples: u32,
    /// The Opus packet, up to [`VOICE_BYTES_MAX`] bytes.
    pub payload: &'a [u8],
}

/// The quality of a peer's link, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RtcQuality {
    /// The round-trip time.
    pub round_trip: Option<Duration>,
    /// The fraction of packets to the peer that is lost on the way, from 0 to 1. The last known value.
    pub egress_loss: Option<f32>,
    /// The capacity for voice of the path to the peer, in bit/s including all overhead, from 28 000; `None` if nothing
    /// shows that it does not carry everything that is sent.
    pub egress_capacity: Option<u64>,
    /// How many voices that is, from 1, at the rate of those that were sent.
    pub voices_max: Option<usize>,
    /// The fraction of the peer's voice packets that is lost, from 0 to 1. The last known value.
    pub ingress_loss: Option<f32>,
}

/// The result of sending a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It is sent or queued.
    Yes,
    /// The peer is not connected, or leaving.
    NotConnected,
    /// More waits for the peer than may: it is disconnected as too slow.
    TooSlow,
}

/// An event on a connection.
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

/// The longest voice packet that is sent, in bytes: with everything around it, it fits
/// the datagrams of every network.
pub const VOICE_BYTES_MAX: usize = 1150;
