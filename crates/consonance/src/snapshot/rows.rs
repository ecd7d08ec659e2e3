//! Converts the chat's figures to those of a snapshot.

use std::time::{Duration, Instant};

use consonance_audio::{ActivationMode, Redundancy, SpeakerStatistics, Unheard};
use consonance_inspector as shown;
use consonance_link::DatagramPath;
use consonance_session::{Flow, Priority, SessionPlayer, Target};

use super::watch::{OwnVoice, Past};
use crate::channel::ChannelActivation;
use crate::encryption::EncryptionStatus;
use crate::encryption_event::EncryptionState;
use crate::engine_sound::PAUSE;
use crate::player_state::{PlayerState, SpeakingTarget};
use crate::route::LinkTransport;
use crate::statistics::{CaptureRow, EngineSoundRow, PacketTable, VoiceStatistics};
use crate::talking::{ChannelView, ChatActivation};

/// Samples of one millisecond.
const SAMPLES_PER_MS: f32 = 48.0;

fn ms_ago(now: Instant, at: Option<Instant>) -> Option<u64> {
    at.map(|at| now.saturating_duration_since(at).as_millis() as u64)
}

fn priority_words(priority: Priority) -> String {
    match priority {
        Priority::Low => "low",
        Priority::Default => "default",
        Priority::Medium => "medium",
        Priority::High => "high",
    }
    .into()
}

pub(crate) fn channel_row(channel: &ChannelView<'_>, chats: Priority) -> shown::ChannelRow {
    let ChannelView { target, properties, activation, is_open } = *channel;
    let mut row = shown::ChannelRow::default();
    row.target = match target {
        Target::Room(room) => shown::ChannelTarget::Room(room.to_string()),
        Target::Player(name) => shown::ChannelTarget::Player(name.to_string()),
    };
    let is_shut = activation == ChannelActivation::Closed;
    row.is_closed_by = is_shut.then(|| "closed by the game or its trigger".into());
    row.is_open = is_open;
    row.priority = priority_words(properties.priority.unwrap_or(chats));
    (row.positional, row.amplitude) = (properties.positional, properties.amplitude);
    row
}

/// When the local voice is sent, if all channels that are not closed agree; without such channels, the chat's setting.
pub(crate) fn activation<'a>(
    chat: ChatActivation,
    channels: impl Iterator<Item = ChannelView<'a>>,
) -> shown::EffectiveActivation {
    let chats = match chat.mode {
        ActivationMode::Open => shown::EffectiveActivation::Open,
        ActivationMode::PushToTalk => shown::EffectiveActivation::PushToTalk,
        ActivationMode::Voice => shown::EffectiveActivation::Voice,
    };
    let mut of_channels = channels.filter_map(|channel| match channel.activation {
        ChannelActivation::Inherit => Some(chats),
        ChannelActivation::Open => Some(shown::EffectiveActivation::Open),
        ChannelActivation::Voice => Some(shown::EffectiveActivation::Voice),
        ChannelActivation::Closed => None,
    });
    let Some(first) = of_channels.next() else { return chats };
    if of_channels.all(|other| other == first) { first } else { shown::EffectiveActivation::Other }
}

pub(crate) fn capture_snapshot(
    now: Instant,
    counted: &CaptureRow,
    (activation, key_held): (shown::EffectiveActivation, bool),
    has_ended: bool,
    own: &OwnVoice,
) -> shown::CaptureSnapshot {
    let chain = &counted.chain;
    let mut row = shown::CaptureSnapshot::default();
    row.activation = activation;
    (row.key_held, row.has_ended) = (key_held, has_ended);
    row.is_voice_detected = counted.is_voice_detected;
    row.is_transmitting = counted.is_transmitting;
    row.spoke_ms_ago = ms_ago(now, own.spoke_at);
    row.utterance_ms = own.utterance().as_millis() as u64;
    row.sound_ms_ago = ms_ago(now, own.sound_at);
    row.blocks = chain.blocks;
    (row.input_level_dbfs, row.output_level_dbfs) = (chain.input_level_dbfs, chain.output_level_dbfs);
    (row.gain_db, row.speech_probability) = (chain.gain_db, chain.speech_probability);
    row.echo = chain.echo.map(|figures| {
        let mut echo = shown::EchoRow::default();
        echo.return_loss_db = figures.return_loss_db;
        echo.return_loss_enhancement_db = figures.return_loss_enhancement_db;
        (echo.delay_ms, echo.path_changes) = (figures.delay_ms, figures.path_changes);
        echo
    });
    row.noise = chain.noise.map_or_else(String::new, |level| level.name().to_owned());
    row.is_noise_reduced = chain.is_noise_reduced;
    row.delay_ms = counted.delay.as_secs_f32() * 1000.0;
    (row.clipped_samples, row.dropped_blocks) = (chain.clipped_samples, counted.dropped_blocks);
    row
}

/// A game's engine in place of a device.
pub(crate) fn engine_snapshot(counted: &EngineSoundRow) -> shown::DeviceSnapshot {
    let mut row = shown::DeviceSnapshot::default();
    let is_called = counted.silent_for.is_some_and(|silent_for| silent_for < PAUSE);
    row.state = if is_called { shown::DeviceStatus::Running } else { shown::DeviceStatus::NotCalled };
    (row.name, row.rate_hz) = ("the game's engine".into(), counted.rate_hz);
    let ms = |time: Duration| time.as_secs_f32() * 1000.0;
    (row.latency_ms, row.fill_ms, row.target_ms) =
        (ms(counted.latency), ms(counted.fill), ms(counted.target));
    (row.xruns, row.drift_ppm) = (counted.interruptions, counted.drift_ppm);
    row
}

#[cfg(feature = "devices")]
pub(crate) fn device_snapshot(device: &crate::statistics::DeviceRow) -> shown::DeviceSnapshot {
    use consonance_device::devices::DeviceState;
    let mut row = shown::DeviceSnapshot::default();
    row.state = match &device.state {
        DeviceState::Running { name, rate_hz, latency } => {
            (row.name, row.rate_hz) = (name.clone(), *rate_hz);
            row.latency_ms = latency.as_secs_f32() * 1000.0;
            shown::DeviceStatus::Running
        }
        DeviceState::Lost => shown::DeviceStatus::Lost,
        DeviceState::Missing => shown::DeviceStatus::Missing,
        DeviceState::Denied => shown::DeviceStatus::Denied,
        DeviceState::Busy => shown::DeviceStatus::Busy,
        DeviceState::Off => shown::DeviceStatus::Off,
    };
    let ring = &device.diagnostics.ring;
    (row.xruns, row.reopened) = (ring.xruns, device.diagnostics.reopened);
    let ms = |time: Duration| time.as_secs_f32() * 1000.0;
    (row.fill_ms, row.target_ms) = (ms(ring.fill), ms(ring.target));
    row.drift_ppm = (ring.drift * 1e6) as f32;
    row
}

pub(crate) fn uplink_snapshot(counted: &VoiceStatistics) -> shown::UplinkSnapshot {
    let uplink = &counted.uplink;
    let mut row = shown::UplinkSnapshot::default();
    (row.frames_sent, row.frames_unheard) = (counted.session.frames_sent, counted.session.frames_unheard);
    row.lost_percent = uplink.lost_percent;
    row.queueing_ms = uplink.queueing.map(|queueing| queueing.as_secs_f32() * 1000.0);
    row.listeners = uplink.listeners.map(|report| {
        let mut listeners = shown::ListenersRow::default();
        listeners.listeners = u32::from(report.listeners);
        listeners.lost_percent = f32::from(report.lost_percent);
        listeners.lost_in_a_row = report.lost_in_a_row.frames();
        listeners.delay_ms = report.playout_delay.as_secs_f32() * 1000.0;
        listeners
    });
    row.expected_loss_percent = uplink.expected_loss_percent;
    row.bitrate_bps = uplink.bitrate_bps;
    row.redundancy = redundancy_in_words(uplink.redundancy);
    row
}

fn redundancy_in_words(redundancy: Redundancy) -> String {
    match redundancy {
        Redundancy::None => "no copies".into(),
        Redundancy::Repeat { frames: 1 } => "the frame before, repeated".into(),
        Redundancy::Repeat { frames } => format!("the {frames} frames before, repeated"),
        Redundancy::Dred { frames } => format!("descriptions of {frames} frames (DRED)"),
        Redundancy::Fec => "copies of the frame before (FEC)".into(),
    }
}

/// `None` if there is only one path.
fn voice_path(path: DatagramPath) -> Option<String> {
    match path {
        DatagramPath::Connection => None,
        DatagramPath::Trying => Some("over the connection; the fast path is being tried".to_owned()),
        DatagramPath::FastPath => Some("over the fast path".to_owned()),
        DatagramPath::Blocked { port } => {
            Some(format!("over the connection: is UDP to port {port} blocked for the fast path?"))
        }
    }
}

pub(crate) fn network_row(counted: &VoiceStatistics) -> shown::NetworkRow {
    let mut row = shown::NetworkRow::default();
    (row.received, row.received_total) = packets(&counted.received);
    (row.sent, row.sent_total) = packets(&counted.sent);
    row.round_trip_ms = counted.network.quality.map(|quality| quality.round_trip.as_secs_f32() * 1000.0);
    row.voice_path = match counted.transport {
        LinkTransport::Primary => {
            counted.network.quality.and_then(|quality| voice_path(quality.datagram_path))
        }
        LinkTransport::WebSocket => Some("over a WebSocket, because UDP is blocked".to_owned()),
    };
    row.direct_links = counted.direct_links.len() as u64;
    let (session, network) = (&counted.session, &counted.network);
    let counters = [
        ("voice frames received", session.frames_received),
        ("voice frames refused as too late", session.frames_refused),
        ("voice frames sent", session.frames_sent),
        ("voice frames without listeners", session.frames_unheard),
        ("copies over direct links", session.frames_direct),
        ("copies through the server", session.frames_relayed),
        ("malformed packets", session.malformed),
        ("packets that contradict", session.contradictions),
        ("packets of another session", session.other_session),
        ("packets about unknown players", session.unknown_player),
        ("dropped: no connection", network.dropped.not_connected),
        ("dropped: too large", network.dropped.too_large),
        ("dropped while sending", network.dropped.outgoing_full),
        ("dropped while receiving", network.dropped.incoming_full),
        (
            "datagrams lost, as the network noticed",
            network.quality.map_or(0, |quality| quality.datagrams_lost),
        ),
    ];
    row.counters =
        counters.into_iter().filter(|(_, number)| *number > 0).map(|(name, n)| (name.into(), n)).collect();
    row
}

fn packets(table: &PacketTable) -> (Vec<shown::PacketRow>, shown::FlowRow) {
    let flow = |flow: &Flow| {
        shown::FlowRow::total(flow.packets, flow.bytes).at(flow.packets_per_second, flow.bytes_per_second)
    };
    let mut rows: Vec<_> = table
        .by_type
        .iter()
        .map(|(message, passed)| shown::PacketRow::new(format!("{message:?}"), flow(passed)))
        .collect();
    rows.push(shown::PacketRow::new("unreadable", flow(&table.unreadable)));
    (rows, flow(&table.total))
}

/// A player's row in a snapshot, from its state, reception and history.
pub(crate) fn player_row(
    now: Instant,
    own_name: &str,
    player: &SessionPlayer<'_>,
    state: Option<&PlayerState>,
    reception: Option<&SpeakerStatistics>,
    past: Option<&Past>,
) -> shown::PlayerRow {
    let mut row = shown::PlayerRow::default();
    (row.name, row.id) = (player.name.to_owned(), player.id.0);
    row.rooms = player.rooms.iter().map(ToString::to_string).collect();
    row.is_speaking = player.is_speaking;
    if let Some(state) = state {
        row.is_local = state.is_local();
        row.is_speaking |= state.is_local() && state.is_speaking();
        (row.muted, row.volume) = (state.is_muted(), state.volume());
        row.positional = state.is_positional();
        row.priority = state.priority().map(priority_words).unwrap_or_default();
        let target = |target| match target {
            SpeakingTarget::Room(room) => shown::ChannelTarget::Room(room),
            SpeakingTarget::Player(name) => shown::ChannelTarget::Player(name),
            SpeakingTarget::Me => shown::ChannelTarget::Player(own_name.to_owned()),
        };
        row.channels = state.speaking_channels().into_iter().map(|channel| target(channel.target)).collect();
    }
    if let Some(past) = past {
        (row.heard_ms_ago, row.silent_for_ms) = (ms_ago(now, past.heard_at), ms_ago(now, past.silent_since));
        row.history = past.history.clone();
    }
    if let Some(reception) = reception {
        receive(&mut row, reception);
    }
    row
}

fn receive(row: &mut shown::PlayerRow, reception: &SpeakerStatistics) {
    row.unheard = reception.unheard.map(|reason| match reason {
        Unheard::Deafened => shown::UnheardReason::Deafened,
        Unheard::Muted => shown::UnheardReason::Muted,
        Unheard::TurnedDown => shown::UnheardReason::TurnedDown,
        Unheard::Outranked => shown::UnheardReason::Outranked,
        Unheard::OutOfRange => shown::UnheardReason::OutOfRange,
        Unheard::Crowded => shown::UnheardReason::Crowded,
    });
    let arrivals = &reception.arrivals;
    (row.received, row.lost, row.late) = (arrivals.received, arrivals.lost, arrivals.late);
    (row.played, row.recovered) = (reception.played, reception.recovered);
    row.concealed = reception.concealed;
    row.concealed_ms = 10 * reception.concealed_blocks;
    let ms = |samples: u64| samples / SAMPLES_PER_MS as u64;
    (row.lengthened_ms, row.shortened_ms) =
        (ms(reception.lengthened_samples), ms(reception.shortened_samples));
    row.skipped_ms = ms(reception.overflowed_samples);
    (row.undecodable, row.queued) = (reception.undecodable, reception.queued);
    row.loss_percent = reception.loss_percent;
    row.jitter_ms = reception.jitter_samples / SAMPLES_PER_MS;
    row.delay_ms = reception.delay_samples as f32 / SAMPLES_PER_MS;
    row.target_delay_ms = reception.target_delay_samples as f32 / SAMPLES_PER_MS;
    (row.amplitude, row.level_dbfs) = (reception.amplitude, reception.level_dbfs);
}

pub(crate) fn encryption_row(status: &EncryptionStatus) -> Option<shown::EncryptionRow> {
    if status.state == EncryptionState::Off {
        return None;
    }
    let packets = &status.packets;
    let opened = &packets.opened;
    let mut row = shown::EncryptionRow::default();
    row.has_keys = status.state == EncryptionState::On;
    row.epoch = status.epoch;
    row.members = status.members.iter().map(|member| member.name.clone()).collect();
    row.refused = packets.refused_plain
        + packets.other_senders
        + opened.malformed
        + opened.unknown_epoch
        + opened.unknown_sender
        + opened.replayed
        + opened.forged;
    Some(row)
}

#[cfg(test)]
mod tests {
    use consonance_link::LinkQuality;

    use super::*;

    #[test]
    fn shows_over_which_transport_voice_travels() {
        let mut counted = VoiceStatistics::default();
        let quality = LinkQuality { datagram_path: DatagramPath::FastPath, ..LinkQuality::default() };
        counted.network.quality = Some(quality);
        assert_eq!(network_row(&counted).voice_path.as_deref(), Some("over the fast path"));
        counted.transport = LinkTransport::WebSocket;
        let shown = network_row(&counted).voice_path;
        assert_eq!(shown.as_deref(), Some("over a WebSocket, because UDP is blocked"));
    }
}
