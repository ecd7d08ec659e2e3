//! The other tabs: network, capture, devices, log.

use std::collections::VecDeque;

use consonance_inspector::{
    ClientSnapshot, EffectiveActivation, NetworkRow, Note, PacketRow, Severity, Snapshot, UplinkSnapshot,
};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Row, Table, Wrap};

use super::format::{ago, bytes, clock, figure, meter, sparkline};

/// Cells of a meter on a tab of its own.
const METER_CELLS: usize = 30;

pub(super) fn network(frame: &mut Frame<'_>, area: Rect, snapshot: &Snapshot) {
    match snapshot {
        Snapshot::Client(client) => {
            let [above, below] = Layout::vertical([Constraint::Length(7), Constraint::Min(0)]).areas(area);
            frame.render_widget(Paragraph::new(uplink(&client.uplink, &client.network)), above);
            packets(frame, below, &client.network);
        }
        Snapshot::Server(server) => {
            let areas = Layout::vertical(server.sessions.iter().map(|_| Constraint::Fill(1))).split(area);
            for (session, area) in server.sessions.iter().zip(areas.iter()) {
                packets(frame, *area, &session.network);
            }
        }
        _ => {}
    }
}

fn uplink(uplink: &UplinkSnapshot, network: &NetworkRow) -> Vec<Line<'static>> {
    let listeners = uplink.listeners.map_or("no reports".into(), |told| {
        format!("{}, reported by {}, with a delay of {:.0} ms", told.missed(), told.listeners, told.delay_ms)
    });
    [
        format!("round trip            {}", figure(network.round_trip_ms, 1, " ms")),
        format!("voice                 {}", network.voice_path.as_deref().unwrap_or("over the connection")),
        format!("lost on the way up    {}", figure(uplink.lost_percent, 1, " %")),
        format!("waiting on the way up {}", figure(uplink.queueing_ms, 0, " ms")),
        format!("listeners miss        {listeners}"),
        format!("bit rate              {:.1} kbit/s", f64::from(uplink.bitrate_bps) / 1000.0),
        format!(
            "against loss          {}",
            if uplink.redundancy.is_empty() { "–" } else { &uplink.redundancy }
        ),
        format!(
            "frames sent           {}, and {} without a listener",
            uplink.frames_sent, uplink.frames_unheard
        ),
    ]
    .map(Line::from)
    .into()
}

fn packets(frame: &mut Frame<'_>, area: Rect, network: &NetworkRow) {
    let header = ["Packet", "Received", "Bytes", "Per second", "Sent", "Bytes", "Per second"];
    let row = |name: &str, received: Option<&PacketRow>, sent: Option<&PacketRow>| {
        let cells = |row: Option<&PacketRow>| {
            let flow = row.map(|row| row.flow).unwrap_or_default();
            [flow.packets.to_string(), bytes(flow.bytes), format!("{:.1}", flow.packets_per_second)]
        };
        let (received, sent) = (cells(received), cells(sent));
        Row::new(std::iter::once(name.to_owned()).chain(received).chain(sent))
    };
    let total = |flow| PacketRow::new("all", flow);
    let all = row("all", Some(&total(network.received_total)), Some(&total(network.sent_total)));
    let rows = network.received.iter().map(|received| {
        let sent = network.sent.iter().find(|sent| sent.packet == received.packet);
        row(&received.packet, Some(received), sent)
    });
    let widths = [20, 9, 10, 10, 9, 10, 10].map(Constraint::Length);
    let header = Row::new(header).style(Style::new().add_modifier(Modifier::BOLD));
    frame.render_widget(Table::new(rows.chain([all]), widths).header(header), area);
}

pub(super) fn capture(frame: &mut Frame<'_>, area: Rect, client: &ClientSnapshot, levels: &VecDeque<u16>) {
    let Some(capture) = &client.capture else {
        return frame.render_widget(Paragraph::new("This player has no input."), area);
    };
    let level = |dbfs: f32| format!("{} {dbfs:.0} dBFS", meter(dbfs, METER_CELLS));
    let probability = capture.speech_probability;
    let activation = match (capture.activation, capture.key_held) {
        (EffectiveActivation::Open, _) => "always open",
        (EffectiveActivation::PushToTalk, true) => "push to talk, key held",
        (EffectiveActivation::PushToTalk, false) => "push to talk, key not held",
        (EffectiveActivation::Voice, _) => "while speech is detected",
        _ => "as each channel says",
    };
    let gate = if client.muted {
        "muted"
    } else if capture.is_transmitting {
        "open"
    } else {
        "closed"
    };
    let echo = capture.echo.map_or("off".into(), |echo| {
        format!(
            "after {} ms, {:.1} dB quieter, {:.1} dB more by the canceller",
            echo.delay_ms, echo.return_loss_db, echo.return_loss_enhancement_db
        )
    });
    let noise = match capture.noise.as_str() {
        "" => "off".to_owned(),
        level if capture.is_noise_reduced => format!("{level}: this machine is too slow for more"),
        level => level.to_owned(),
    };
    let graph = sparkline(levels.iter().copied(), usize::from(area.width.saturating_sub(24)), 60);
    let lines = [
        format!("microphone            {}", level(capture.input_level_dbfs)),
        format!("behind the processing {}  gain {:.1} dB", level(capture.output_level_dbfs), capture.gain_db),
        format!(
            "speech                {} {:.0} %",
            meter(60.0 * probability - 60.0, METER_CELLS),
            100.0 * probability
        ),
        format!("activation            {gate}, {activation}"),
        format!(
            "last loud             {}{}",
            ago(capture.sound_ms_ago),
            if capture.has_ended { ", and at its end" } else { "" }
        ),
        format!("last sent             {}", ago(capture.spoke_ms_ago)),
        format!("echo                  {echo}"),
        format!("noise suppression     {noise}"),
        format!("delay                 {:.0} ms", capture.delay_ms),
        format!(
            "lost blocks           {}, samples clipped: {}",
            capture.dropped_blocks, capture.clipped_samples
        ),
        format!("level, last seconds   {graph}"),
    ];
    frame.render_widget(Paragraph::new(lines.map(Line::from).to_vec()), area);
}

pub(super) fn devices(frame: &mut Frame<'_>, area: Rect, client: &ClientSnapshot) {
    let row = |kind: &str, device: Option<&consonance_inspector::DeviceSnapshot>| match device {
        None => Row::new([kind.to_owned(), "none".into(), "no device is used".into()]),
        Some(device) => Row::new([
            kind.to_owned(),
            format!("{:?}", device.state),
            device.name.clone(),
            format!("{} Hz", device.rate_hz),
            format!("{:.1} ms", device.latency_ms),
            format!("{:.0} of {:.0} ms", device.fill_ms, device.target_ms),
            format!("{:+.0} ppm", device.drift_ppm),
            device.xruns.to_string(),
            device.reopened.to_string(),
        ]),
    };
    let header =
        ["", "State", "Device", "Rate", "Latency", "Waiting", "Clock", "Interrupted", "Opened again"];
    let rows =
        [row("microphone", client.microphone.as_ref()), row("loudspeaker", client.loudspeaker.as_ref())];
    let widths = [12, 9, 24, 9, 9, 12, 9, 11, 12].map(Constraint::Length);
    let header = Row::new(header).style(Style::new().add_modifier(Modifier::BOLD));
    frame.render_widget(Table::new(rows, widths).header(header), area);
}

pub(super) fn log(frame: &mut Frame<'_>, area: Rect, snapshot: &Snapshot) {
    let (levels, notes): (&str, &[Note]) = match snapshot {
        Snapshot::Client(client) => (&client.log_levels, &client.notes),
        Snapshot::Server(server) => (&server.log_levels, &server.notes),
        _ => return,
    };
    let line = |note: &Note| {
        let colour = if note.severity == Severity::Problem { Color::Red } else { Color::Reset };
        Line::styled(format!("{:>7}  {}", clock(note.at_ms), note.text), colour)
    };
    let first = Line::from(format!("logs: {levels}"));
    let lines: Vec<Line<'_>> = std::iter::once(first).chain(notes.iter().rev().map(line)).collect();
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: false }), area);
}
