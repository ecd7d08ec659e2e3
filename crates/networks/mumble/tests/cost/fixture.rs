//! A session of 1000 players, each in a room of its own, as links without clients.

use std::time::Duration;

use consonance_session::{
    Access, Capabilities, CodecId, CodecParameters, Delivery, Encryption, Instant, LinkCommand, LinkId,
    ProximitySettings, RoomPattern, Server, ServerEvent, ServerSettings, SessionId,
};
pub(crate) use consonance_testing::cost::measured;
use consonance_wire::{
    ClientState, HandshakeExtension, HandshakeRequest, List, Packet, RosterEntry, WireStr, Writer,
};

use crate::Cost;

pub(crate) const SESSION: SessionId = SessionId(0x1234_5678);
pub(crate) const PLAYERS: u16 = 1000;
pub(crate) const CODEC: CodecParameters =
    CodecParameters { kind: CodecId::OPUS, frame_size_samples: 960, sample_rate_hz: 48_000 };
/// The player whose packets are looked at.
pub(crate) const NUMBER: u16 = 500;
/// Rooms that all players of ours listen to, besides their own: one without and one with distance.
pub(crate) const EVERYONE: &str = "everyone";
pub(crate) const NEAR: &str = "near";

pub(crate) struct Fixture {
    pub(crate) server: Server,
    pub(crate) now: Instant,
    /// What the players announce.
    capabilities: Capabilities,
}

impl Fixture {
    /// Players without extensions, as the original's.
    pub(crate) fn new() -> Self {
        Self::with(Capabilities::NONE, &[], |_| {})
    }

    /// Players with every extension, in a session that has everything on; one of them is a moderator.
    pub(crate) fn of_ours() -> Self {
        let capabilities = Capabilities::ALL.with(Capabilities::GROUPS);
        Self::with(capabilities, &[EVERYONE, NEAR], |settings| {
            settings.capabilities = capabilities;
            settings.proximity = vec![(RoomPattern::Name(NEAR.into()), ProximitySettings::new(20.0))];
            settings.encryption = Encryption::Allowed;
            settings.member_reports = true;
            settings.admission = true;
            settings.monitor_channels = true;
        })
    }

    fn with(capabilities: Capabilities, rooms: &[&str], change: impl FnOnce(&mut ServerSettings)) -> Self {
        let mut settings = ServerSettings::from_seed(0);
        settings.session = SESSION;
        change(&mut settings);
        let mut fixture = Self { server: Server::new(settings), now: Instant::START, capabilities };
        for number in 0..PLAYERS {
            let name = name_of(number);
            let id = fixture.join(link_of(number), &name);
            let own = room_of(number);
            let rooms: Vec<&str> = [&*own].into_iter().chain(rooms.iter().copied()).collect();
            fixture.give(link_of(number), &state(id, &name, &rooms));
        }
        fixture
    }

    /// The id of a player, if it is in the session.
    fn id_of(&self, link: LinkId) -> Option<u16> {
        self.server.tables().links().find(|row| row.link == link)?.client.map(|id| id.0)
    }

    /// The player whose packets are looked at is in the session and in its rooms, with full budgets; its id.
    pub(crate) fn prepare(&mut self) -> u16 {
        self.wait(Duration::from_secs(20));
        let (link, name) = (link_of(NUMBER), name_of(NUMBER));
        let id = self.id_of(link).unwrap_or_else(|| self.join(link, &name));
        self.give(link, &state(id, &name, &[&room_of(NUMBER), EVERYONE, NEAR]));
        self.wait(Duration::from_secs(20));
        id
    }

    /// Joins a player over a new link; returns its id.
    pub(crate) fn join(&mut self, link: LinkId, name: &str) -> u16 {
        self.server.handle_connected(self.now, link);
        self.give(link, &handshake(name, self.capabilities));
        self.id_of(link).expect("it has joined")
    }

    /// Takes a packet, and forgets what follows.
    pub(crate) fn give(&mut self, link: LinkId, packet: &[u8]) {
        self.handle(link, Delivery::Reliable, packet);
    }

    /// Takes a packet, and counts what follows from it: packets to others, by their destinations, and events.
    pub(crate) fn handle(&mut self, link: LinkId, delivery: Delivery, packet: &[u8]) -> usize {
        let mut steps = 1;
        if let Some(relayed) = self.server.handle_packet(self.now, link, delivery, packet) {
            steps += 1 + relayed.to.len();
        }
        steps + self.settle()
    }

    /// Time has passed.
    pub(crate) fn wait(&mut self, span: Duration) -> usize {
        self.now = self.now + span;
        self.server.handle_timeout(self.now);
        self.settle()
    }

    fn settle(&mut self) -> usize {
        let mut steps = 0;
        loop {
            while let Some(transmit) = self.server.poll_transmit() {
                steps += 1 + transmit.to.len();
            }
            while let Some(command) = self.server.poll_command() {
                steps += 1;
                if let LinkCommand::Close { link, .. } = command {
                    self.server.handle_disconnected(self.now, link);
                }
            }
            let Some(event) = self.server.poll_event() else { return steps };
            steps += 1;
            if let ServerEvent::JoinRequested { link, .. } = event {
                let mut access = Access::default();
                access.is_moderator = link == link_of(NUMBER);
                self.server.admit(link, access);
            }
        }
    }

    /// What a packet costs.
    pub(crate) fn cost(&mut self, link: LinkId, delivery: Delivery, packet: &[u8]) -> Cost {
        measured(|| self.handle(link, delivery, packet))
    }
}

pub(crate) fn link_of(number: u16) -> LinkId {
    LinkId(u64::from(number) + 1)
}

pub(crate) fn name_of(number: u16) -> String {
    format!("player {number}")
}

pub(crate) fn room_of(number: u16) -> String {
    format!("room {number}")
}

pub(crate) fn state(id: u16, name: &str, rooms: &[&str]) -> Vec<u8> {
    let rooms: Vec<_> = rooms.iter().map(|room| Some(WireStr::from(*room))).collect();
    let client =
        RosterEntry { name: Some(WireStr::from(name)), id: consonance_session::ClientId(id), codec: CODEC };
    written(ClientState { session: SESSION, client, rooms: List::from(&*rooms) })
}

/// What a player with these capabilities asks with for being let in.
pub(crate) fn handshake(name: &str, capabilities: Capabilities) -> Vec<u8> {
    let mut packet = written(HandshakeRequest { codec: CODEC, name: Some(WireStr::from(name)) });
    if capabilities != Capabilities::NONE {
        let mut extension = [0; 64];
        let mut writer = Writer::new(&mut extension);
        let announced = HandshakeExtension { capabilities, ..HandshakeExtension::default() };
        announced.write(&mut writer).expect("it is short");
        packet.extend(writer.written());
    }
    packet
}

pub(crate) fn written<'a>(packet: impl Into<Packet<'a>>) -> Vec<u8> {
    let mut bytes = vec![0; 70_000];
    let length = packet.into().write(&mut bytes).expect("it is a packet");
    bytes.truncate(length);
    bytes
}
