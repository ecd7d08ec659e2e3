//! What one datagram costs the server, at worst, when a thousand clients are connected: full windows, gaps behind
//! which everything waits, and datagrams full of packets.
//!
//! Kinds are taken from a match without a wildcard: a new one does not compile until it has its worst case here.

use std::time::{Duration, SystemTime};

use consonance_game_networks::litenetlib::{
    ClientSettings, Dialect, FirstByte, LiteNetLibClient, LiteNetLibServer, PacketType, RELIABLE_ORDERED,
    ServerSettings, UNRELIABLE, UtcClock,
};
use consonance_link::{ClientNetwork as _, Peer};
use consonance_testing::cost::{Cost, DatagramServer, address, alone, from_client};

const CLIENTS: u16 = 1000;
const FROM: u16 = CLIENTS + 1;
const DATAGRAM_BYTES_MAX: usize = 1432;
const WINDOW: u16 = 64;
const ORDERED: u8 = RELIABLE_ORDERED.0 as u8;

/// One client that sends what it wants, among many.
struct Scene {
    server: DatagramServer<LiteNetLibServer>,
    client: LiteNetLibClient,
    peer: Peer,
    number: u8,
}

impl Scene {
    fn new() -> Self {
        let settings = ServerSettings::default();
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let clock = UtcClock::new(std::time::Instant::now(), start);
        let mut server = DatagramServer::new(LiteNetLibServer::new(settings, clock, [7; 32]));
        let mut join = |number| {
            let mut client = LiteNetLibClient::new(ClientSettings::default(), clock);
            let peer = server.connect(&mut client, number);
            (client, peer)
        };
        for number in 0..CLIENTS {
            join(number);
        }
        let (mut client, peer) = join(FROM);
        client.send(server.now, UNRELIABLE, b"hello");
        let datagram = from_client(&mut client, server.now).swap_remove(0);
        let first = FirstByte::parse(&datagram, Dialect::V1).expect("it is a packet");
        Self { server, client, peer, number: first.connection_number }
    }

    /// A packet's first byte, and what is behind it.
    fn packet(&self, packet_type: PacketType, rest: &[u8]) -> Vec<u8> {
        [&[FirstByte::new(packet_type, self.number).byte(Dialect::V1)], rest].concat()
    }

    fn channeled(&self, sequence: u16, channel: u8, rest: &[u8]) -> Vec<u8> {
        let [low, high] = sequence.to_le_bytes();
        self.packet(PacketType::Channeled, &[&[low, high, channel], rest].concat())
    }

    fn fragment(&self, sequence: u16, part: u16, total: u16, data: &[u8]) -> Vec<u8> {
        let header: Vec<u8> = [1, part, total].into_iter().flat_map(u16::to_le_bytes).collect();
        let mut packet = self.channeled(sequence, ORDERED, &[&header, data].concat());
        packet[0] |= 0x80;
        packet
    }

    fn acknowledgement(&self, start: u16) -> Vec<u8> {
        let [low, high] = start.to_le_bytes();
        self.packet(PacketType::Ack, &[&[low, high, ORDERED], &[0xff; 8][..], &[0]].concat())
    }

    /// As many of these packets as fit into one datagram.
    fn merged(&self, packets: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
        let mut merged = self.packet(PacketType::Merged, &[]);
        for packet in packets {
            if merged.len() + 2 + packet.len() <= DATAGRAM_BYTES_MAX {
                merged.extend((packet.len() as u16).to_le_bytes());
                merged.extend(packet);
            }
        }
        merged
    }

    fn cost(&mut self, datagram: &[u8]) -> Cost {
        assert!(datagram.len() <= DATAGRAM_BYTES_MAX, "{} bytes", datagram.len());
        self.server.cost(address(FROM), datagram)
    }

    /// The cost of the first of these datagrams after all others.
    fn first_last(&mut self, datagrams: &[Vec<u8>]) -> Cost {
        for datagram in &datagrams[1..] {
            self.server.give(address(FROM), datagram);
        }
        self.cost(&datagrams[0])
    }

    /// The server sends so many messages as may wait.
    fn fill(&mut self) {
        for _ in 0..1024 + WINDOW {
            self.server.send(self.peer, RELIABLE_ORDERED, &[7; 1000]);
        }
        self.server.send(self.peer, UNRELIABLE, b"still there");
        assert!(!self.server.peers.is_empty());
    }
}

/// The costs of the worst packets of a type.
fn worst(packet_type: PacketType) -> Vec<(String, Cost)> {
    let mut scene = Scene::new();
    let mut costs = Vec::new();
    let mut note = |what: &str, cost| costs.push((format!("{packet_type:?}, {what}"), cost));
    let full = scene.packet(packet_type, &[7; DATAGRAM_BYTES_MAX - 1]);
    let zeros = scene.packet(packet_type, &[0; DATAGRAM_BYTES_MAX - 1]);
    match packet_type {
        PacketType::Channeled => {
            let long = [7; DATAGRAM_BYTES_MAX - 4];
            let all: Vec<_> = (0..WINDOW).map(|number| scene.channeled(number, ORDERED, &long)).collect();
            note("fills a gap", scene.first_last(&all));
            let mut scene = Scene::new();
            let data = [7; DATAGRAM_BYTES_MAX - 10];
            let all: Vec<_> =
                (0..WINDOW).map(|number| scene.fragment(number, number, WINDOW, &data)).collect();
            note("completes a message", scene.first_last(&all));
        }
        PacketType::Ack => {
            scene.fill();
            note("acknowledges a window", scene.cost(&scene.acknowledgement(0)));
        }
        PacketType::Merged => {
            for (what, cost) in worst_merged(&mut scene) {
                note(what, cost);
            }
        }
        PacketType::MtuCheck => {
            let mut probe = scene.packet(packet_type, &(DATAGRAM_BYTES_MAX as i32).to_le_bytes());
            probe.resize(DATAGRAM_BYTES_MAX - 4, 0);
            probe.extend((DATAGRAM_BYTES_MAX as i32).to_le_bytes());
            note("long", scene.cost(&probe));
        }
        PacketType::ConnectRequest => {
            let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
            let clock = UtcClock::new(scene.server.now, start);
            let key = "k".repeat(1000);
            for settings in [ClientSettings::default(), ClientSettings { key, ..ClientSettings::default() }] {
                let mut newcomer = LiteNetLibClient::new(settings, clock);
                newcomer.set_greeting(&[7; 100]);
                newcomer.connect(scene.server.now);
                let request = from_client(&mut newcomer, scene.server.now).swap_remove(0);
                note("of a newcomer", scene.server.cost(address(CLIENTS + 2), &request));
                note("of a client", scene.cost(&request));
            }
        }
        PacketType::Disconnect => {
            scene.client.disconnect(scene.server.now);
            let goodbye = from_client(&mut scene.client, scene.server.now).swap_remove(0);
            note("a goodbye", scene.cost(&goodbye));
        }
        PacketType::Unreliable
        | PacketType::ReliableMerged
        | PacketType::Ping
        | PacketType::Pong
        | PacketType::ConnectAccept
        | PacketType::UnconnectedMessage
        | PacketType::MtuOk
        | PacketType::Broadcast
        | PacketType::ShutdownOk
        | PacketType::PeerNotFound
        | PacketType::InvalidProtocol
        | PacketType::NatMessage
        | PacketType::Empty => {}
    }
    let mut scene = Scene::new();
    note("full", scene.cost(&full));
    note("zeros", scene.cost(&zeros));
    costs
}

/// The costs of datagrams full of packets.
fn worst_merged(scene: &mut Scene) -> [(&'static str, Cost); 5] {
    let messages = scene.merged((0..1000).map(|_| scene.packet(PacketType::Unreliable, &[])));
    let channeled = scene.merged((0..1000).map(|number| scene.channeled(number, 0, &[])));
    let ping = |number: u16| scene.packet(PacketType::Ping, &number.to_le_bytes());
    let pings = scene.merged((0..1000).map(ping));
    let windows = scene.merged((0..1000).map(|window| scene.acknowledgement(window * WINDOW)));
    let nested = scene.merged((0..1000).map(|_| scene.packet(PacketType::Merged, &[3, 0, 0])));
    let costs = [&messages, &channeled, &pings].map(|datagram| scene.cost(datagram));
    scene.fill();
    let [messages, channeled, pings] = costs;
    [
        ("full of messages", messages),
        ("full of reliable ones", channeled),
        ("full of pings", pings),
        ("full of acknowledgements", scene.cost(&windows)),
        ("full of others", scene.cost(&nested)),
    ]
}

#[test]
fn no_datagram_costs_more_than_a_millisecond_or_a_megabyte() {
    alone(|| {
        let kinds = (0..=u8::MAX).filter_map(|number| PacketType::of_number(number, Dialect::V2));
        for kind in kinds {
            for (what, cost) in worst(kind) {
                cost.assert_is_bounded(&format!("litenetlib, {what}"));
            }
        }
    });
}

#[test]
fn one_datagram_of_acknowledgements_opens_one_window() {
    alone(|| {
        let mut scene = Scene::new();
        scene.fill();
        let windows = |scene: &Scene, count| {
            scene.merged((0..count).map(|window| scene.acknowledgement(window * WINDOW)))
        };
        let many = scene.cost(&windows(&scene, 17));
        let mut scene = Scene::new();
        scene.fill();
        let one = scene.cost(&windows(&scene, 1));
        assert!(one.steps >= usize::from(WINDOW) && many.steps <= one.steps, "{one:?}, {many:?}");
    });
}
