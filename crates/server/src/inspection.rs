//! How a server is doing, for inspectors: who is there, who spoke to what, and what happened.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::Arc;

use consonance_inspector::{
    Action, FlowRow, Inspected, NetworkRow, Note, PacketRow, ServedPlayer, ServedRoom, ServedSession,
    ServerSnapshot, Severity, Showcase, Snapshot, Target,
};
use consonance_session::{
    ClientId, ClientRow, Flow, Instant, LinkId, LinkRow, RoomId, Server, ServerEvent, ServerStatistics,
    Total, Traffic,
};

use crate::session_loop::SessionLoop;
use crate::sessions::{Session, Sessions};

/// What is shown of the past.
const MAX_NOTES: usize = 100;

/// Shows how a server is doing to whoever asks; a clone shows the same one.
#[derive(Clone)]
pub struct Inspection {
    showcase: Arc<Showcase<ServerSnapshot>>,
    log_levels: String,
}

impl Inspection {
    /// How that loop is doing, wherever it is turned.
    pub fn of(session_loop: &SessionLoop) -> Self {
        Self { showcase: session_loop.showcase(), log_levels: String::new() }
    }

    /// Also tells what the program logs, in its own words.
    #[must_use]
    pub fn with_log_levels(mut self, words: impl Into<String>) -> Self {
        self.log_levels = words.into();
        self
    }
}

impl Inspected for Inspection {
    fn snapshot(&self) -> Snapshot {
        let mut snapshot = (*self.showcase.get()).clone();
        snapshot.log_levels.clone_from(&self.log_levels);
        Snapshot::from(snapshot)
    }

    /// A server hears nobody and has nothing to mute.
    fn act(&self, _: &Action) -> bool {
        false
    }
}

impl fmt::Debug for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inspection").finish_non_exhaustive()
    }
}

/// What happened of late, in words.
#[derive(Debug, Default)]
pub(crate) struct Notes(VecDeque<Note>);

impl Notes {
    pub(crate) fn add(&mut self, at: Instant, session: &str, event: &ServerEvent) {
        let text = match event {
            ServerEvent::ClientJoined { name, .. } => format!("{session}: {name} joined"),
            ServerEvent::ClientResumed { name, .. } => format!("{session}: {name} came back"),
            ServerEvent::ClientLeft { name, .. } => format!("{session}: {name} left"),
            ServerEvent::Restarted { .. } => format!("{session}: the session began anew"),
            _ => return,
        };
        if self.0.len() >= MAX_NOTES {
            self.0.pop_front();
        }
        self.0.push_back(Note::new(at.as_micros() / 1000, Severity::Event, text));
    }
}

/// Everything, as it is now.
pub(crate) fn fill(at: Instant, sessions: &Sessions, notes: &Notes) -> ServerSnapshot {
    let mut snapshot = ServerSnapshot::default();
    snapshot.uptime_ms = at.as_micros() / 1000;
    snapshot.sessions = sessions.iter().map(|session| session_row(at, session)).collect();
    snapshot.notes = notes.0.iter().cloned().collect();
    snapshot
}

fn session_row(at: Instant, session: &Session) -> ServedSession {
    let server = &session.server;
    let mut row = ServedSession::default();
    row.name.clone_from(&session.name);
    let names: HashMap<ClientId, &str> = server.client_table().map(|row| (row.id, row.name)).collect();
    let links: HashMap<LinkId, LinkRow> = server.link_table().map(|row| (row.link, row)).collect();
    let mut room_names: HashMap<RoomId, String> = HashMap::new();
    for room in server.room_table() {
        room_names.entry(room.id).or_insert_with(|| room.name.to_owned());
        let mut listened = ServedRoom::default();
        room.name.clone_into(&mut listened.name);
        listened.listeners =
            room.listeners.iter().filter_map(|id| names.get(id)).map(ToString::to_string).collect();
        row.rooms.push(listened);
    }
    let player = |client: ClientRow<'_>| {
        let link = links.get(&client.link);
        player_row(at, &client, link, &names, &room_names)
    };
    row.players = server.client_table().map(player).collect();
    row.network = network_row(at, server);
    row
}

fn player_row(
    at: Instant,
    client: &ClientRow<'_>,
    link: Option<&LinkRow>,
    names: &HashMap<ClientId, &str>,
    room_names: &HashMap<RoomId, String>,
) -> ServedPlayer {
    let mut row = ServedPlayer::default();
    (row.name, row.id) = (client.name.to_owned(), client.id.0);
    row.rooms = client.rooms.iter().map(ToString::to_string).collect();
    if let Some(voice) = &client.voice {
        row.is_followed = true;
        row.voice_ms_ago =
            voice.newest_at.map(|newest| at.as_micros().saturating_sub(newest.as_micros()) / 1000);
        // A room that nobody listens to has no name here.
        let room = |id: &RoomId| {
            Target::Room(
                room_names.get(id).cloned().unwrap_or_else(|| format!("without listeners, number {}", id.0)),
            )
        };
        let player = |id: &ClientId| names.get(id).map(|name| Target::Player((*name).to_owned()));
        row.voice_to = voice.rooms.iter().map(room).chain(voice.players.iter().filter_map(player)).collect();
    }
    if let Some(link) = link {
        let total = |total: Total| FlowRow::total(total.packets, total.bytes);
        (row.received, row.sent, row.faults) = (total(link.received), total(link.sent), link.faults);
    }
    row
}

fn network_row(at: Instant, server: &Server) -> NetworkRow {
    let mut row = NetworkRow::default();
    (row.received, row.received_total) = packets(at, server.received());
    (row.sent, row.sent_total) = packets(at, server.sent());
    row.counters = counters(&server.statistics());
    row
}

fn packets(at: Instant, traffic: &Traffic) -> (Vec<PacketRow>, FlowRow) {
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
        ("packets that could not be read", counted.malformed),
        ("packets of another session", counted.wrong_session),
        ("voice over its rate", counted.voice_limited),
        ("other packets over their rate", counted.control_limited),
        ("links closed for breaking the rules", counted.abusers_closed),
        ("places that were resumed", counted.places_resumed),
    ];
    let counters = counters.into_iter().filter(|(_, number)| *number > 0);
    counters.map(|(name, number)| (name.to_owned(), number)).collect()
}
