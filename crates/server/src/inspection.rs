//! The state of a server for inspectors: its players, their targets, and its events.

mod rows;

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use consonance_inspector::{
    Action, FlowRow, Inspected, NetworkRow, Note, PacketRow, ServerSnapshot, Severity, Snapshot, SnapshotCell,
};
use consonance_session::{Flow, Instant, PacketTraffic, Server, ServerEvent, ServerStatistics};

pub(crate) use rows::{Links, Shown, fill, session_row};

/// The number of past events that are shown.
const NOTES_MAX: usize = 100;

/// Shows the state of a server to observers; a clone shows the same one.
#[derive(Clone)]
pub struct Inspection {
    /// Of each worker.
    snapshots: Vec<Arc<SnapshotCell<ServerSnapshot>>>,
    log_levels: String,
}

impl Inspection {
    /// How the loops are doing that write these.
    pub(crate) fn new(snapshots: Vec<Arc<SnapshotCell<ServerSnapshot>>>) -> Self {
        Self { snapshots, log_levels: String::new() }
    }

    /// Also shows the program's log levels, in its own words.
    #[must_use]
    pub fn with_log_levels(mut self, words: impl Into<String>) -> Self {
        self.log_levels = words.into();
        self
    }
}

impl Inspected for Inspection {
    fn snapshot(&self) -> Snapshot {
        let mut snapshot = together(self.snapshots.iter().map(|snapshot| (*snapshot.get()).clone()));
        snapshot.log_levels.clone_from(&self.log_levels);
        Snapshot::from(snapshot)
    }

    /// A server plays no voice and has nothing to mute.
    fn act(&self, _: &Action) -> bool {
        false
    }
}

impl fmt::Debug for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inspection").finish_non_exhaustive()
    }
}

/// Merges the workers' snapshots; with several workers, sessions are sorted by name.
fn together(snapshots: impl Iterator<Item = ServerSnapshot>) -> ServerSnapshot {
    let merge = |mut all: ServerSnapshot, one: ServerSnapshot| {
        all.uptime_ms = all.uptime_ms.max(one.uptime_ms);
        all.sessions.extend(one.sessions);
        all.sessions.sort_by(|a, b| a.name.cmp(&b.name));
        all.notes.extend(one.notes);
        all.notes.sort_by_key(|note| note.at_ms);
        all.notes.drain(..all.notes.len().saturating_sub(NOTES_MAX));
        all
    };
    snapshots.reduce(merge).unwrap_or_default()
}

/// Recent events, in words.
#[derive(Debug, Default)]
pub(crate) struct Notes(VecDeque<Note>);

impl Notes {
    pub(crate) fn add(&mut self, at: Instant, session: &str, event: &ServerEvent) {
        let text = match event {
            ServerEvent::ClientJoined { name, .. } => format!("{session}: {name} joined"),
            ServerEvent::ClientResumed { name, .. } => format!("{session}: {name} came back"),
            ServerEvent::ClientLeft { name, .. } => format!("{session}: {name} left"),
            ServerEvent::Restarted { .. } => format!("{session}: the session began again"),
            _ => return,
        };
        if self.0.len() >= NOTES_MAX {
            self.0.pop_front();
        }
        self.0.push_back(Note::new(at.as_micros() / 1000, Severity::Event, text));
    }
}

fn network_row(at: Instant, server: &Server) -> NetworkRow {
    let mut row = NetworkRow::default();
    (row.received, row.received_total) = packets(at, server.tables().received());
    (row.sent, row.sent_total) = packets(at, server.tables().sent());
    row.counters = counters(&server.statistics());
    row
}

fn packets(at: Instant, traffic: &PacketTraffic) -> (Vec<PacketRow>, FlowRow) {
    let flow = |flow: Flow| {
        FlowRow::total(flow.packets, flow.bytes).at(flow.packets_per_second, flow.bytes_per_second)
    };
    let by_type =
        traffic.iter(at).map(|(message, passed)| PacketRow::new(format!("{message:?}"), flow(passed)));
    let unreadable = PacketRow::new("unreadable", flow(traffic.unreadable(at)));
    (by_type.chain([unreadable]).collect(), flow(traffic.total(at)))
}

fn counters(counted: &ServerStatistics) -> Vec<(String, u64)> {
    let counters = [
        ("voice packets relayed as listed", counted.frames_relayed),
        ("voice packets routed by room", counted.frames_routed),
        ("packets that these became", counted.frames_out),
        ("refused rooms", counted.rooms_refused),
        ("refused names", counted.names_refused),
        ("refused texts", counted.texts_refused),
        ("refused links", counted.links_refused),
        ("rooms that share a number", counted.room_collisions),
        ("packets in the name of others", counted.spoofed),
        ("malformed packets", counted.malformed),
        ("packets of another session", counted.wrong_session),
        ("voice over its rate", counted.voice_limited),
        ("other packets over their rate", counted.control_limited),
        ("links closed for violations", counted.abusers_closed),
        ("places that were resumed", counted.places_resumed),
    ];
    let counters = counters.into_iter().filter(|(_, number)| *number > 0);
    counters.map(|(name, number)| (name.to_owned(), number)).collect()
}
