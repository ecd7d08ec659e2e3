//! The fuzz target: datagrams of unknown addresses and of peers, to both ends.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use consonance_link::gateway::udp::fuzz::ReportedPeers;
use consonance_link::gateway::udp::{ClientEndpoint as _, ServerEndpoint as _};
use consonance_link::{ClientNetwork as _, ServerLinkEvent, ServerNetwork as _};
use consonance_wire::fuzz_tape::Tape;

use crate::utp::datagram::Datagram;
use crate::utp::{ClientSettings, ConnectionSettings, RELIABLE, ServerSettings, UtpClient, UtpServer};

/// Feeds a server and a client with the input, cut into datagrams; those for the client get its token. Each step is a
/// byte for its kind, one for a length, and that many bytes.
///
/// # Panics
/// If a limit is exceeded, or if written data is read back differently.
pub fn utp_datagrams(input: &[u8]) {
    let mut tape = Tape::new(input);
    let now = Instant::now();
    let mut scene = Scene::new(now);
    while !tape.is_empty() {
        scene.act(tape.byte(), tape.counted());
    }
    scene.leave();
}

struct Scene {
    now: Instant,
    server: UtpServer,
    client: UtpClient,
    client_token: [u8; 8],
    reported: ReportedPeers,
    datagram: Vec<u8>,
}

impl Scene {
    fn new(now: Instant) -> Self {
        let connection = ConnectionSettings {
            reliable_message_bytes_max: 4096,
            incoming_reliable_bytes_max: 4096,
            reliable_queue_bytes: 8192,
            ..ConnectionSettings::default()
        };
        let mut settings = ServerSettings { connection, ..ServerSettings::default() };
        (settings.peers.connections_max, settings.peers.handshakes_max) = (4, 2);
        let mut client = UtpClient::new(ClientSettings { connection, ..ClientSettings::default() }, 1);
        client.connect(now);
        let client_token = client.token().map_or([0; 8], |token| token.0);
        let (server, reported) = (UtpServer::new(settings, [1; 32]), ReportedPeers::default());
        Self { now, server, client, client_token, reported, datagram: Vec::new() }
    }

    fn act(&mut self, what: u8, bytes: &[u8]) {
        match what % 8 {
            0..=2 => {
                check_round_trip(bytes);
                let from = SocketAddr::from((Ipv4Addr::LOCALHOST, u16::from(what >> 3)));
                self.server.handle_datagram(self.now, from, bytes);
            }
            3..=4 => {
                let mut bytes = bytes.to_vec();
                let at = if bytes.starts_with(b"UTP") { 5 } else { 1 };
                if let Some(token) = bytes.get_mut(at..at + 8) {
                    token.copy_from_slice(&self.client_token);
                }
                self.client.handle_datagram(self.now, &bytes);
            }
            5 => {
                self.now += Duration::from_millis(u64::from(what >> 3) * 100);
                self.server.handle_timeout(self.now);
                self.client.handle_timeout(self.now);
            }
            6 => self.client.send(self.now, RELIABLE, bytes),
            _ => self.client.disconnect(self.now),
        }
        self.drain();
    }

    /// Takes everything out; newcomers are accepted, and get each of their messages back.
    fn drain(&mut self) {
        let mut bytes = Vec::new();
        while let Some(event) = self.server.poll_event(self.now, &mut bytes) {
            self.reported.note(&event);
            match event {
                ServerLinkEvent::Connected { peer, .. } => self.server.accept(self.now, peer, &[]),
                ServerLinkEvent::Packet { peer, channel } => {
                    self.server.send(self.now, &[peer], channel, &bytes);
                }
                ServerLinkEvent::Disconnected { .. } => {}
            }
            bytes.clear();
        }
        while self.client.poll_event(self.now, &mut bytes).is_some() {
            bytes.clear();
        }
        let connected = self.server.statistics().connections.connected;
        assert!(connected <= 4, "{connected} connections");
        while self.server.poll_transmit(self.now, &mut self.datagram).is_some() {
            check_round_trip(&std::mem::take(&mut self.datagram));
        }
        while self.client.poll_transmit(self.now, &mut self.datagram) {
            check_round_trip(&std::mem::take(&mut self.datagram));
        }
    }

    fn leave(&mut self) {
        self.server.shutdown(self.now);
        self.now += Duration::from_hours(1);
        self.server.handle_timeout(self.now);
        self.drain();
        let connected = self.server.statistics().connections.connected;
        assert!(connected == 0 && self.server.wants_poll_at().is_none(), "{connected} connections never end");
    }
}

/// Whatever is read is written as something that is read the same.
fn check_round_trip(bytes: &[u8]) {
    let Ok(datagram) = Datagram::parse(bytes) else { return };
    let mut written = Vec::new();
    datagram.write(&mut written);
    assert_eq!(Datagram::parse(&written), Ok(datagram), "{bytes:02x?} became {written:02x?}");
}
