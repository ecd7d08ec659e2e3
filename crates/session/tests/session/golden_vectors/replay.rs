//! Replays a recorded session with our server and clients: the script's actions and the recorded packets are the
//! input, and their effects the output.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use consonance_session::{
    ClientId, CloseReason, Delivery, Instant, LinkCommand, LinkId, Server, ServerEvent, ServerSettings,
    ServerStatistics, SessionId, Status,
};
use consonance_wire::Packet;
use serde_json::{Value, json};

use super::outcome::Outcome;
use super::recording::Recording;
use super::trace_client::TraceClient;
use super::{driver, recording};

/// What our server and clients are while they replay a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// As much like the original as ours can be: permissive, and without capabilities.
    LikeTheOriginal,
    /// As users run them: the default settings, with all capabilities.
    ByDefault,
}

/// The transport of packets between peers and the server.
pub(crate) trait Way {
    /// Connects a peer.
    fn connect(&mut self, peer: u64);

    /// Carries a packet from a peer; returns the bytes that the server gets.
    fn to_server(&mut self, peer: u64, packet: &[u8]) -> Vec<u8>;

    /// Carries a packet to peers; returns the packets that they get.
    fn to_peers(&mut self, peers: &[LinkId], delivery: Delivery, packet: &[u8]) -> Vec<Arrival>;
}

/// A packet that a peer got.
pub(crate) struct Arrival {
    pub(crate) peer: u64,
    pub(crate) is_reliable: bool,
    pub(crate) packet: Vec<u8>,
}

/// Links that end directly at the server.
pub(crate) struct Direct;

impl Way for Direct {
    fn connect(&mut self, _peer: u64) {}

    fn to_server(&mut self, _peer: u64, packet: &[u8]) -> Vec<u8> {
        packet.to_vec()
    }

    fn to_peers(&mut self, peers: &[LinkId], delivery: Delivery, packet: &[u8]) -> Vec<Arrival> {
        let is_reliable = delivery == Delivery::Reliable;
        let arrive = |link: &LinkId| Arrival { peer: link.0, is_reliable, packet: packet.to_vec() };
        peers.iter().map(arrive).collect()
    }
}

pub(crate) struct Replay<'a> {
    recording: &'a Recording<'a>,
    manner: Manner,
    now: Instant,
    server: Server,
    way: Box<dyn Way>,
    peers: BTreeSet<u64>,
    clients: BTreeMap<String, TraceClient>,
    /// Clients of the original that continued after an `ErrorWrongSession`, each with the entry since which they did.
    pub(crate) lost: BTreeMap<String, usize>,
    /// The client whose update is in progress; its effects are taken at the end of the update.
    updating: Option<String>,
    /// The server's clients according to its events, by peer and id: a link can have several.
    table: BTreeMap<(u64, u16), (String, BTreeSet<String>)>,
    /// How often a newcomer asked for the name of a client that was here, and had to wait.
    pub(crate) names_kept: u64,
    outcome: Outcome,
}

impl<'a> Replay<'a> {
    pub(crate) fn new(recording: &'a Recording<'a>, way: Box<dyn Way>, manner: Manner) -> Self {
        Self {
            recording,
            manner,
            way,
            now: Instant::START,
            server: Server::new(ServerSettings::from_seed(0)),
            peers: BTreeSet::new(),
            clients: BTreeMap::new(),
            lost: BTreeMap::new(),
            updating: None,
            table: BTreeMap::new(),
            names_kept: 0,
            outcome: Outcome::default(),
        }
    }

    pub(crate) fn statistics(&self) -> ServerStatistics {
        self.server.statistics()
    }

    /// Replays the trace and returns the outcome; checks that no default limit was reached.
    pub(crate) fn run(&mut self) -> Outcome {
        let end = self.recording.fatal.unwrap_or(self.recording.entries.len());
        for index in 0..end {
            self.step(index);
        }
        self.end_update();
        if let Some(fatal) = self.recording.fatal {
            self.survive(fatal);
        }
        let counted = self.server.statistics();
        assert_eq!(counted.voice_limited + counted.control_limited + counted.fan_out_limited, 0);
        assert_eq!(counted.handshakes_limited + counted.abusers_closed, 0);
        std::mem::take(&mut self.outcome)
    }

    fn step(&mut self, index: usize) {
        let entry = &self.recording.entries[index];
        let kind = driver::text(entry, "k");
        let goes_on = match kind {
            "act" => self.updating.is_none(),
            "ev" => entry["ev"] == "joined",
            "rx" => self.updating.is_some() && self.updating == self.receiver(entry),
            _ => false,
        };
        if !goes_on {
            self.end_update();
        }
        match kind {
            "server_start" => self.start_server(driver::session(entry)),
            "act" => self.act(entry),
            "rx" if entry["d"] == "c2s" => self.server_receives(entry),
            "rx" => self.client_receives(index, entry),
            "disconnect" => {
                self.server.handle_disconnected(self.now, LinkId(driver::number(entry, "peer")));
                self.drain_server();
            }
            "final" => self.finish(),
            "tx" | "ev" | "sev" | "client_error" | "server_error" => {}
            other => panic!("unknown entry {other:?}"),
        }
    }

    fn start_server(&mut self, session: SessionId) {
        let mut settings = ServerSettings::from_seed(0);
        settings.session = session;
        settings.permissive = self.manner == Manner::LikeTheOriginal;
        self.server = Server::new(settings);
        self.table.clear();
        for peer in &self.peers {
            self.server.handle_connected(self.now, LinkId(*peer));
        }
    }

    fn act(&mut self, act: &Value) {
        let name = driver::text(act, "who");
        if name == "server" && act["name"].is_string() {
            self.administer(act);
            return;
        }
        match (name, driver::text(act, "op")) {
            ("server", "replaced_by_new_server_with_other_session") => {}
            ("server", "disconnect") => {
                self.server.stop();
                self.drain_server();
            }
            ("clock", "sleep_ms") => {
                self.now = self.now + Duration::from_millis(driver::number(act, "ms"));
                self.server.handle_timeout(self.now);
                for client in self.clients.values_mut() {
                    client.client.handle_timeout(self.now);
                }
            }
            (_, "client_start") => self.start_client(name, act),
            (_, "connect") => self.clients.get_mut(name).expect("a client").connect(self.now),
            _ => self.clients.get_mut(name).expect("a client").act(self.now, act),
        }
    }

    fn administer(&mut self, act: &Value) {
        let name = driver::text(act, "name");
        let (_, id) = *self.table.iter().find(|(_, row)| row.0 == name).expect("a client of this name").0;
        let did = match driver::text(act, "op") {
            "admin_remove_from_room" => {
                self.server.moderation().remove_from_room(ClientId(id), driver::text(act, "room"))
            }
            "admin_reset" => self.server.moderation().reset(ClientId(id)),
            other => panic!("unknown op {other:?}"),
        };
        assert!(did, "{act}");
        self.drain_server();
    }

    fn start_client(&mut self, name: &str, act: &Value) {
        let back = self.clients.get_mut(name).filter(|client| client.client.status() != Status::Disconnected);
        if let Some(client) = back {
            client.start_again(self.now, act);
        } else {
            self.clients.insert(name.to_owned(), TraceClient::start(act, self.manner));
        }
        self.connect_peer(driver::number(act, "peer"));
        if !self.recording.connects_later(name) {
            self.clients.get_mut(name).expect("a client").connect(self.now);
        }
    }

    fn connect_peer(&mut self, peer: u64) {
        if self.peers.insert(peer) {
            self.way.connect(peer);
            self.server.handle_connected(self.now, LinkId(peer));
        }
    }

    fn server_receives(&mut self, rx: &Value) {
        let peer = driver::number(rx, "peer");
        self.connect_peer(peer);
        let packet = self.way.to_server(peer, &self.recording.packet(rx));
        let relayed = self.server.handle_packet(self.now, LinkId(peer), Delivery::Reliable, &packet);
        if let Some(relayed) = relayed {
            let arrivals = self.way.to_peers(relayed.to, relayed.delivery, relayed.payload);
            add_packets(&mut self.outcome, arrivals);
        }
        self.drain_server();
    }

    fn client_receives(&mut self, index: usize, rx: &Value) {
        let Some(name) = self.receiver(rx) else { return };
        if self.lost.contains_key(&name) {
            return;
        }
        let packet = self.recording.packet(rx);
        let client = self.clients.get_mut(&name).expect("the receiver");
        // A link that delivers packets is up, whatever the script says about its transport.
        client.connect(self.now);
        let was_in_session = client.client.id().is_some();
        if rx["d"] == "c2c" {
            client.receive_directly(self.now, driver::number(rx, "from"), &packet);
        } else {
            client.receive(self.now, &packet);
        }
        let is_error = matches!(Packet::parse(&packet), Ok(Packet::ErrorWrongSession(_)));
        if is_error && was_in_session && client.client.id().is_none() && !client.event_driven {
            self.lost.insert(name, index);
        } else {
            self.updating = Some(name);
        }
    }

    /// The client at the end of a server's or a peer's packet.
    fn receiver(&self, rx: &Value) -> Option<String> {
        let peer = driver::number(rx, "peer");
        let mut clients = self.clients.iter().filter(|(_, client)| client.peer == peer && rx["d"] != "c2s");
        clients.next().map(|(name, _)| name.clone())
    }

    /// Adds the effects of the updates so far to the outcome.
    fn end_update(&mut self) {
        self.updating = None;
        for (name, client) in &mut self.clients {
            let (events, sent) = (client.events(), client.sent());
            while client.client.poll_command().is_some() {}
            if self.lost.contains_key(name) {
                continue;
            }
            for event in events {
                self.outcome.add_event(name, event);
            }
            for (to, reliable, packet) in sent {
                let direction = to.map_or_else(|| "c2s".to_owned(), |_| recording::direct(client.peer));
                self.outcome.add_packet(&direction, to.unwrap_or(client.peer), reliable, &packet);
            }
        }
    }

    fn drain_server(&mut self) {
        while let Some(transmit) = self.server.poll_transmit() {
            let arrivals = self.way.to_peers(transmit.to, transmit.delivery, transmit.payload);
            add_packets(&mut self.outcome, arrivals);
        }
        while let Some(event) = self.server.poll_event() {
            self.note(&event);
        }
        while let Some(command) = self.server.poll_command() {
            let is_end = matches!(command, LinkCommand::Close { reason: CloseReason::Stopped, .. });
            assert!(is_end, "no link is closed for what is in a recording: {command:?}");
        }
    }

    fn note(&mut self, event: &ServerEvent) {
        let event = match event {
            ServerEvent::ClientJoined { id, name, link, codec } => {
                self.table.insert((link.0, id.0), (name.to_string(), BTreeSet::new()));
                json!({
                    "ev": "client_joined", "peer": link.0, "id": id.0, "name": &**name,
                    "codec": codec.kind.0, "frame": codec.frame_size_samples, "rate": codec.sample_rate_hz,
                })
            }
            ServerEvent::ClientLeft { id, name, link, .. } => {
                self.table.remove(&(link.0, id.0));
                json!({"ev": "client_left", "peer": link.0, "id": id.0, "name": &**name})
            }
            ServerEvent::EnteredRoom { id, name, room } => {
                self.rooms_of(*id).insert(room.to_string());
                json!({"ev": "entered_room", "id": id.0, "name": &**name, "room": &**room})
            }
            ServerEvent::ExitedRoom { id, name, room } => {
                self.rooms_of(*id).remove(&**room);
                json!({"ev": "exited_room", "id": id.0, "name": &**name, "room": &**room})
            }
            // The original does not report an operator's own actions.
            ServerEvent::Moderated { .. } => return,
            ServerEvent::NameInUse { .. } => {
                self.names_kept += 1;
                return;
            }
            other => panic!("unexpected {other:?}"),
        };
        self.outcome.server_events.push(event);
    }

    fn rooms_of(&mut self, id: ClientId) -> &mut BTreeSet<String> {
        let row = self.table.iter_mut().find(|((_, other), _)| *other == id.0);
        &mut row.expect("a client of the session").1.1
    }

    fn finish(&mut self) {
        assert_eq!(self.server.clients(), self.table.len());
        let rows = self.table.iter().map(|((peer, id), (name, rooms))| {
            let mut rooms: Vec<_> = rooms.iter().collect();
            rooms.sort_by_key(|room| json!(room).to_string());
            json!({"id": id, "name": name, "peer": peer, "rooms": rooms})
        });
        self.outcome.clients = Some(rows.collect());
    }

    /// Checks that the packet that crashed the original has no effect on ours except that one is counted as refused.
    fn survive(&mut self, index: usize) {
        let rx = &self.recording.entries[index];
        let before = format!("{:?}", self.outcome);
        let refused = self.refused();
        if rx["d"] == "c2s" {
            self.server_receives(rx);
        } else {
            self.client_receives(index, rx);
        }
        self.end_update();
        assert_eq!(format!("{:?}", self.outcome), before);
        assert_eq!(self.refused(), refused + 1);
    }

    fn refused(&self) -> u64 {
        let clients = self.clients.values().map(|client| client.client.statistics());
        driver::refused_by_server(&self.server.statistics())
            + clients.map(|client| client.malformed + client.contradictions).sum::<u64>()
    }
}

fn add_packets(outcome: &mut Outcome, arrivals: Vec<Arrival>) {
    for Arrival { peer, is_reliable, packet } in arrivals {
        outcome.add_packet("s2c", peer, is_reliable, &packet);
    }
}
