//! Statistics, written by the voice thread; the game may read them at any time.

use std::sync::{Arc, Mutex, TryLockError};
use std::time::Duration;

use consonance_audio::{CaptureStatistics, Redundancy, SpeakerStatistics};
use consonance_link::Statistics;
use consonance_session::{
    Client, ClientStatistics, Flow, Instant, ListenerReport, MessageType, PacketTraffic, Total,
};

use crate::lock::lock;
use crate::route::LinkTransport;

/// Counters of a voice chat since it was started, as plain data.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct VoiceStatistics {
    /// The session's counters, including the paths of frames and texts: `frames_direct` and `frames_relayed`.
    pub session: ClientStatistics,
    /// Packets received over all links, by type.
    pub received: PacketTable,
    /// Packets sent over all links, by type; a packet to several direct links counts once for each.
    pub sent: PacketTable,
    /// Every direct link that is up.
    pub direct_links: Vec<DirectLinkRow>,
    /// Transmission of the local voice, and its adaptation to the uplink.
    pub uplink: UplinkRow,
    /// Every other player in the session that has been heard, in the order of their ids. Beyond the mixer's capacity,
    /// players silent for the longest are left out, and start again.
    pub speakers: Vec<SpeakerRow>,
    /// Frames that were played without a [trace](crate::FrameTrace), since too many were played at once.
    pub traces_dropped: u64,
    /// The capture of the local voice; `None` as long as there is no input.
    pub capture: Option<CaptureRow>,
    /// The microphone; `None` if the chat was started without devices.
    #[cfg(feature = "devices")]
    pub microphone: Option<DeviceRow>,
    /// The loudspeaker; `None` if the chat was started without devices.
    #[cfg(feature = "devices")]
    pub loudspeaker: Option<DeviceRow>,
    /// Sound from an engine that serves as the input; `None` with another input.
    pub engine_input: Option<EngineSoundRow>,
    /// The mix taken by an engine; `None` with another output.
    pub engine_output: Option<EngineSoundRow>,
    /// The players whose voices an engine takes separately.
    pub player_streams: Vec<PlayerStreamRow>,
    /// The transport of the link to the server.
    pub transport: LinkTransport,
    /// Packets carried and dropped by the network over all links, and the quality of the link to the server.
    pub network: Statistics,
}

/// Packets in one direction, by type.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct PacketTable {
    /// Each packet type of the protocol, in the order of their numbers on the wire.
    pub by_type: Vec<(MessageType, Flow)>,
    /// Packets that do not begin with a known type.
    pub unreadable: Flow,
    /// The total.
    pub total: Flow,
}

/// A direct link and its traffic.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DirectLinkRow {
    /// The player at its other end; `None` until it has introduced itself and is in the session.
    pub player: Option<String>,
    /// Packets received, valid or not.
    pub received: Total,
    /// Packets sent.
    pub sent: Total,
}

/// Transmission of the local voice.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct UplinkRow {
    /// The share of recent frames that did not reach the server, in percent; `None` if the server does not report it,
    /// as the original's does not, or has not yet.
    pub lost_percent: Option<f32>,
    /// How much longer than usual the newest frame took to the server; `None` as above.
    pub queueing: Option<Duration>,
    /// The listeners' last report; `None` if no listener reports.
    pub listeners: Option<ListenerReport>,
    /// The loss that the encoder expects, in percent of frames.
    pub expected_loss_percent: u8,
    /// The bit rate in use, in bit/s: the wanted one, or less if that overloads the uplink.
    pub bitrate_bps: u32,
    /// Redundancy in packets for earlier sound.
    pub redundancy: Redundancy,
}

/// Another player's voice.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct SpeakerRow {
    /// The player's name.
    pub name: String,
    /// Delay, loss, late and recovered frames, and level.
    pub reception: SpeakerStatistics,
}

/// The capture of the local voice.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct CaptureRow {
    /// Levels, gain, echo and the probability of speech.
    pub chain: CaptureStatistics,
    /// Whether the voice detector hears speech.
    pub is_voice_detected: bool,
    /// Whether captured sound is sent: the microphone is open, the key pressed, or speech detected.
    pub is_transmitting: bool,
    /// The delay from recording to sending: that of the chain, and the part of the pre-roll not yet caught up.
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
    /// The number of the engine's callbacks.
    pub callbacks: u64,
    /// The sample rate of the last callback, in Hz; 0 before the first.
    pub rate_hz: u32,
    /// The longest sound in one call.
    pub period: Duration,
    /// Time since the last callback; `None` before the first.
    pub silent_for: Option<Duration>,
    /// How often sound was interrupted because it was missing or there was too much of it: each is a short fade.
    pub interruptions: u64,
    /// Frames at 48 kHz that were discarded because they came too late, or too many at once.
    pub skipped_frames: u64,
    /// Samples that were not numbers, or infinite; they became silence.
    pub bad_samples: u64,
    /// Sound queued for the other side, averaged over half a second.
    pub fill: Duration,
    /// The target for the queued sound.
    pub target: Duration,
    /// The delay by queueing and resampling.
    pub latency: Duration,
    /// By how much the engine's clock is faster than ours, in ppm, as far as it is known.
    pub drift_ppm: f32,
}

/// A player's voice that an engine takes separately.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct PlayerStreamRow {
    /// The player's name, as given by the game.
    pub name: String,
    /// The state of its sound.
    pub sound: EngineSoundRow,
}

/// A microphone or loudspeaker.
#[cfg(feature = "devices")]
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct DeviceRow {
    /// Its state.
    pub state: consonance_device::devices::DeviceState,
    /// Its counters and gauges.
    pub diagnostics: consonance_device::devices::DeviceDiagnostics,
}

impl PacketTable {
    /// The traffic of one type.
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
            player: link.player.and_then(|id| client.players().name_of(id)).map(str::to_owned),
            received: Total { packets: link.packets_in, bytes: link.bytes_in },
            sent: Total { packets: link.packets_out, bytes: link.bytes_out },
        });
        Self {
            session: client.statistics(),
            received: PacketTable::of(client.traffic().received(), at),
            sent: PacketTable::of(client.traffic().sent(), at),
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

/// Statistics that one thread writes and others read; the writer never blocks.
#[derive(Debug, Default)]
pub(crate) struct SharedStatistics(Mutex<Arc<VoiceStatistics>>);

impl SharedStatistics {
    /// Publishes these; false during a read, in which case the writer should try again later.
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
