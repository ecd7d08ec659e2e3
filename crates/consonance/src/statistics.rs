//! What was counted, as the voice thread writes it down and the game may ask at any time.

use std::sync::{Arc, Mutex, TryLockError};
use std::time::Duration;

use consonance_audio::{CaptureStatistics, SpeakerStatistics};
use consonance_session::{
    Client, ClientStatistics, Flow, Instant, ListenerReport, MessageType, PacketTraffic, Total,
};
use consonance_transport::Statistics;

use crate::lock::lock;
use crate::route::LinkTransport;

/// What a voice chat has counted since it was started, as plain data.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct VoiceStatistics {
    /// The session's counters; among them, which way frames and texts went: `frames_direct` and `frames_relayed`.
    pub session: ClientStatistics,
    /// What came in over all links, by type of packet.
    pub received: PacketTable,
    /// What went out over all links, by type of packet; a packet to several direct links counts as often.
    pub sent: PacketTable,
    /// Every direct link that is up.
    pub direct_links: Vec<DirectLinkRow>,
    /// How one's own voice gets away, and what is done about it.
    pub uplink: UplinkRow,
    /// Every other player in the session that has been heard, in the order of their ids. Beyond the mixer's capacity,
    /// players silent for the longest are left out, and start again.
    pub speakers: Vec<SpeakerRow>,
    /// Frames that were played without a [trace](crate::FrameTrace), since too many were played at once.
    pub traces_dropped: u64,
    /// One's own voice on its way to the encoder; none as long as there is no input.
    pub capture: Option<CaptureRow>,
    /// The microphone; none if the chat was started without devices.
    #[cfg(feature = "devices")]
    pub microphone: Option<DeviceRow>,
    /// The loudspeaker; none if the chat was started without devices.
    #[cfg(feature = "devices")]
    pub loudspeaker: Option<DeviceRow>,
    /// What carries the link to the server.
    pub transport: LinkTransport,
    /// What the network carried and dropped over all links, and how well the one to the server does.
    pub network: Statistics,
}

/// Packets in one direction, by type.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct PacketTable {
    /// Each type that the protocol has, in the order of their numbers on the wire.
    pub by_type: Vec<(MessageType, Flow)>,
    /// What begins like no packet.
    pub unreadable: Flow,
    /// Everything together.
    pub total: Flow,
}

/// A direct link and what has passed over it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DirectLinkRow {
    /// The player whose link it is; none until it has introduced itself and is in the session.
    pub player: Option<String>,
    /// What came in, good or bad.
    pub received: Total,
    /// What went out.
    pub sent: Total,
}

/// One's own voice on its way to the others.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct UplinkRow {
    /// Of a hundred recent frames, how many did not reach the server; none if it does not say so, as the original's
    /// does not, or has not yet.
    pub lost_percent: Option<f32>,
    /// How much longer than usual the newest frame took to the server; none as above.
    pub queueing: Option<Duration>,
    /// What the listeners said last; none if there are none that say so.
    pub listeners: Option<ListenerReport>,
    /// How many of a hundred frames the encoder expects to be lost.
    pub expected_loss_percent: u8,
    /// The bit rate in use, in bit/s: as much as wanted, or less where that is too much for the way to the server.
    pub bitrate_bps: u32,
}

/// Another player's voice.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct SpeakerRow {
    /// The player's name.
    pub name: String,
    /// Delay, loss, late and recovered frames, and how loud it is.
    pub reception: SpeakerStatistics,
}

/// How one's own voice is captured.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct CaptureRow {
    /// Levels, gain, echo and the probability of speech.
    pub chain: CaptureStatistics,
    /// Whether the voice detector hears speech.
    pub is_voice_detected: bool,
    /// Whether captured sound is sent: the microphone is open, the key pressed, or speech detected.
    pub is_transmitting: bool,
    /// By how much what is sent is later than what was recorded: the chain, and what of the pre-roll is not caught up.
    pub delay: Duration,
    /// Blocks of 10 ms that were lost between the threads.
    pub dropped_blocks: u64,
    /// The game's own sound, if it is handed over.
    pub echo_reference: Option<EchoReferenceRow>,
}

/// How the game's own sound reaches the echo canceller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct EchoReferenceRow {
    /// Samples that wait.
    pub waiting_samples: u64,
    /// Samples that found no room, because they came too fast.
    pub dropped_samples: u64,
    /// How often too little came, and it was waited for again.
    pub interruptions: u64,
    /// Samples that were left out because too many waited, so that what follows is not late.
    pub skipped_samples: u64,
}

/// A microphone or loudspeaker.
#[cfg(feature = "devices")]
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct DeviceRow {
    /// How it is doing.
    pub state: consonance_device::DeviceState,
    /// What was counted and measured.
    pub diagnostics: consonance_device::DeviceDiagnostics,
}

impl PacketTable {
    /// What passed of one type.
    pub fn flow(&self, message: MessageType) -> Flow {
        let row = self.by_type.iter().find(|(of, _)| *of == message);
        row.map_or_else(Flow::default, |(_, flow)| *flow)
    }

    fn of(traffic: &PacketTraffic, at: Instant) -> Self {
        Self {
            by_type: traffic.iter(at).collect(),
            unreadable: traffic.unreadable(at),
            total: traffic.total(at),
        }
    }
}

impl VoiceStatistics {
    pub(crate) fn of(client: &Client, at: Instant, transport: LinkTransport, network: Statistics) -> Self {
        let direct_links = client.direct_links().map(|link| DirectLinkRow {
            player: link.player.and_then(|id| client.player_name(id)).map(str::to_owned),
            received: Total { packets: link.packets_in, bytes: link.bytes_in },
            sent: Total { packets: link.packets_out, bytes: link.bytes_out },
        });
        Self {
            session: client.statistics(),
            received: PacketTable::of(client.received(), at),
            sent: PacketTable::of(client.sent(), at),
            direct_links: direct_links.collect(),
            transport,
            network,
            uplink: UplinkRow::default(),
            speakers: Vec::new(),
            traces_dropped: 0,
            capture: None,
            #[cfg(feature = "devices")]
            microphone: None,
            #[cfg(feature = "devices")]
            loudspeaker: None,
        }
    }
}

/// Statistics that one thread writes and others read; the writer never waits.
#[derive(Debug, Default)]
pub(crate) struct SharedStatistics(Mutex<Arc<VoiceStatistics>>);

impl SharedStatistics {
    /// Publishes these; false during a read, and the writer should try again later.
    pub(crate) fn publish(&self, statistics: VoiceStatistics) -> bool {
        let mut shown = match self.0.try_lock() {
            Ok(shown) => shown,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return false,
        };
        *shown = Arc::new(statistics);
        true
    }

    pub(crate) fn get(&self) -> Arc<VoiceStatistics> {
        Arc::clone(&lock(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_writer_does_not_wait_for_a_reader() {
        let shared = SharedStatistics::default();
        let reader = shared.0.lock().unwrap();
        let mut counted = VoiceStatistics::default();
        counted.session.frames_sent = 7;
        assert!(!shared.publish(counted.clone()));
        drop(reader);
        assert!(shared.publish(counted.clone()));
        assert_eq!(*shared.get(), counted);
    }
}
