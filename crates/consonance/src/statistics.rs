//! What was counted, as the voice thread writes it down and the game may ask at any time.

use std::sync::{Arc, Mutex, TryLockError};
use std::time::Duration;

use consonance_audio::{CaptureStatistics, Redundancy, SpeakerStatistics};
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
    /// What an engine brings to speak with; none with another input.
    pub engine_input: Option<EngineSoundRow>,
    /// What an engine takes of the mix; none with another output.
    pub engine_output: Option<EngineSoundRow>,
    /// The players that an engine takes by themselves.
    pub player_streams: Vec<PlayerStreamRow>,
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
    /// What packets tell of the sound before them.
    pub redundancy: Redundancy,
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
    pub echo_reference: Option<EngineSoundRow>,
}

/// Sound on its way to or from a game's engine.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct EngineSoundRow {
    /// How often the engine has called.
    pub callbacks: u64,
    /// The sample rate with which it called last, in Hz; 0 before.
    pub rate_hz: u32,
    /// The longest sound in one call.
    pub period: Duration,
    /// Time since the last call; none before the first.
    pub silent_for: Option<Duration>,
    /// How often sound was missing or too much, so that it had to be interrupted: each is a short fade.
    pub interruptions: u64,
    /// Frames, of 48 kHz, that were thrown away because they came too late, or too many at once.
    pub skipped_frames: u64,
    /// Samples that were not numbers, or infinite; they became silence.
    pub bad_samples: u64,
    /// Sound that waits for the other side, averaged over half a second.
    pub fill: Duration,
    /// How much shall wait.
    pub target: Duration,
    /// The delay by what waits and by resampling.
    pub latency: Duration,
    /// By how much the engine's clock is faster than ours, in millionths, as far as it is known.
    pub drift_ppm: f32,
}

/// A player's voice that the engine takes by itself.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct PlayerStreamRow {
    /// The player's name, as the game gave it.
    pub name: String,
    /// How the engine takes it.
    pub sound: EngineSoundRow,
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
            engine_input: None,
            engine_output: None,
            player_streams: Vec::new(),
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
