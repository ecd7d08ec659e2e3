//! A session of 1000 players, each in a room of its own, as links without clients.

#![expect(clippy::missing_panics_doc, reason = "its panics are failures of tests")]

use consonance_session::{
    CodecId, CodecParameters, Delivery, Instant, LinkId, Server, ServerSettings, SessionId,
};
use consonance_wire::{ClientState, HandshakeRequest, List, Packet, RosterEntry, WireStr};

use super::{Cost, measured};

/// The session.
pub const SESSION: SessionId = SessionId(0x1234_5678);
/// The number of its players.
pub const PLAYERS: u16 = 1000;
/// The codec of its players.
pub const CODEC: CodecParameters =
    CodecParameters { kind: CodecId::OPUS, frame_size_samples: 960, sample_rate_hz: 48_000 };

/// The session and its players.
#[derive(Debug)]
pub struct Fixture {
    /// The session.
    pub server: Server,
    /// The present moment.
    pub now: Instant,
}

impl Fixture {
    /// A session with all its players.
    #[expect(clippy::new_without_default, reason = "it is long work")]
    pub fn new() -> Self {
        let mut settings = ServerSettings::from_seed(0);
        settings.session = SESSION;
        let mut fixture = Self { server: Server::new(settings), now: Instant::START };
        for number in 0..PLAYERS {
            let name = name_of(number);
            let id = fixture.join(link_of(number), &name);
            fixture.give(link_of(number), &state(id, &name, &[&room_of(number)]));
        }
        fixture
    }

    /// Joins a player over a new link; returns its id.
    pub fn join(&mut self, link: LinkId, name: &str) -> u16 {
        self.server.handle_connected(self.now, link);
        self.give(link, &written(HandshakeRequest { codec: CODEC, name: Some(WireStr::from(name)) }));
        let row = self.server.tables().links().find(|row| row.link == link);
        row.and_then(|row| row.client).expect("it has joined").0
    }

    /// Takes a packet, and forgets what follows.
    pub fn give(&mut self, link: LinkId, packet: &[u8]) {
        self.handle(link, Delivery::Reliable, packet);
    }

    /// Takes a packet, and counts what follows from it: packets to others, by their destinations, and events.
    pub fn handle(&mut self, link: LinkId, delivery: Delivery, packet: &[u8]) -> usize {
        let mut steps = 1;
        if let Some(relayed) = self.server.handle_packet(self.now, link, delivery, packet) {
            steps += 1 + relayed.to.len();
        }
        while let Some(transmit) = self.server.poll_transmit() {
            steps += 1 + transmit.to.len();
        }
        while self.server.poll_event().is_some() {
            steps += 1;
        }
        while self.server.poll_command().is_some() {
            steps += 1;
        }
        steps
    }

    /// What a packet costs.
    pub fn cost(&mut self, link: LinkId, delivery: Delivery, packet: &[u8]) -> Cost {
        measured(|| self.handle(link, delivery, packet))
    }
}

/// The link of the player of this number.
pub fn link_of(number: u16) -> LinkId {
    LinkId(u64::from(number) + 1)
}

/// Its name.
pub fn name_of(number: u16) -> String {
    format!("player {number}")
}

/// The room that it is in.
pub fn room_of(number: u16) -> String {
    format!("room {number}")
}

/// A client's state: the rooms that it is in.
pub fn state(id: u16, name: &str, rooms: &[&str]) -> Vec<u8> {
    let rooms: Vec<_> = rooms.iter().map(|room| Some(WireStr::from(*room))).collect();
    let client =
        RosterEntry { name: Some(WireStr::from(name)), id: consonance_session::ClientId(id), codec: CODEC };
    written(ClientState { session: SESSION, client, rooms: List::from(&*rooms) })
}

/// The bytes of a packet.
pub fn written<'a>(packet: impl Into<Packet<'a>>) -> Vec<u8> {
    let mut bytes = vec![0; 70_000];
    let length = packet.into().write(&mut bytes).expect("it is a packet");
    bytes.truncate(length);
    bytes
}
