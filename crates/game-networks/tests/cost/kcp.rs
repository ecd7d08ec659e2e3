//! What one datagram costs the server, at worst, when a thousand clients are connected: full windows that one
//! acknowledgement has sent again, a gap behind which everything waits, and datagrams full of segments.
//!
//! Kinds are taken from a match without a wildcard: a new one does not compile until it has its worst case here.

use std::net::SocketAddr;
use std::time::Duration;

use consonance_game_networks::kcp::{
    Command, DATAGRAM_BYTES_MAX, Generation, HEADER_BYTES, KcpClient, KcpClientSettings, KcpServer,
    KcpServerSettings, RELIABLE_CHANNEL, Segment, Segments, UNRELIABLE_CHANNEL,
};
use consonance_link::{ClientNetwork as _, Peer};
use consonance_testing::cost::{Cost, DatagramServer, address, alone, from_client};

const CLIENTS: u16 = 1000;
const COMMANDS: [Command; 4] = [Command::Push, Command::Acknowledge, Command::AskWindow, Command::TellWindow];
/// The first byte of a payload that is a message of the game.
const DATA: u8 = 3;
const WINDOW: u32 = 4096;

/// One client that sends what it wants, among many.
struct Scene {
    server: DatagramServer<KcpServer>,
    client: KcpClient,
    peer: Peer,
    prefix: Vec<u8>,
    /// The number of the next segment that the server expects.
    next: u32,
    /// The number of segments that the server has sent.
    sent: u32,
}

const FROM: u16 = CLIENTS + 1;

impl Scene {
    fn new() -> Self {
        let settings = KcpServerSettings { hellos_per_second: 1_000_000, ..KcpServerSettings::default() };
        let mut server = DatagramServer::new(KcpServer::new(settings, [7; 32]));
        for number in 0..CLIENTS {
            server.connect(&mut client(), number);
        }
        let mut client = client();
        let peer = server.connect(&mut client, FROM);
        client.send(server.now, UNRELIABLE_CHANNEL, b"so that the server knows the generation");
        server.carry(&mut client, FROM);
        client.send(server.now, RELIABLE_CHANNEL, b"hello");
        let datagram = from_client(&mut client, server.now).swap_remove(0);
        server.give(address(FROM), &datagram);
        let mut segments = Segments::new(&datagram[5..]).filter(|segment| segment.command == Command::Push);
        let next = segments.next().expect("the message").number + 1;
        let sent = Segments::new(&datagram[5..]).last().expect("a segment").expected;
        Self { server, client, peer, prefix: datagram[..5].to_vec(), next, sent }
    }

    fn segment<'a>(&self, command: Command, number: u32, payload: &'a [u8]) -> Segment<'a> {
        let expected = self.sent;
        Segment { command, fragments_after: 0, window: u16::MAX, time_ms: 0, number, expected, payload }
    }

    fn datagram(&self, segments: &[Segment<'_>]) -> Vec<u8> {
        let mut datagram = self.prefix.clone();
        for segment in segments {
            segment.write(&mut datagram);
        }
        assert!(datagram.len() <= DATAGRAM_BYTES_MAX, "{} bytes", datagram.len());
        datagram
    }

    /// As many segments as a datagram holds, or half of them.
    fn many(&self, share: usize, command: Command, payload: &[u8]) -> Vec<u8> {
        let count = (DATAGRAM_BYTES_MAX - self.prefix.len()) / (HEADER_BYTES + payload.len()) / share;
        let segments = (0..count).map(|index| self.segment(command, self.next + index as u32, payload));
        self.datagram(&segments.collect::<Vec<_>>())
    }

    fn cost(&mut self, datagram: &[u8]) -> Cost {
        self.server.cost(address(FROM), datagram)
    }

    fn give(&mut self, segments: &[Segment<'_>]) {
        let datagram = self.datagram(segments);
        self.server.give(address(FROM), &datagram);
        self.server.take();
    }

    /// The server sends so many long messages, which are not acknowledged.
    fn fill(&mut self, messages: u32) {
        for _ in 0..messages {
            self.server.send(self.peer, RELIABLE_CHANNEL, &[7; 1100]);
        }
    }

    fn is_connected(&mut self) -> bool {
        self.server.send(self.peer, UNRELIABLE_CHANNEL, &[7; 100]);
        self.client.send(self.server.now, UNRELIABLE_CHANNEL, &[7; 100]);
        let datagram = from_client(&mut self.client, self.server.now).swap_remove(0);
        // A message that is taken is an event.
        self.server.cost(address(FROM), &datagram).steps > 1
    }
}

fn client() -> KcpClient {
    KcpClient::new(KcpClientSettings { generation: Generation::G4, ..KcpClientSettings::default() })
}

/// The costs of the worst datagrams of a kind, each in a scene of its own, or of datagrams half as bad.
fn worst(command: Command, share: usize) -> Vec<(&'static str, Cost)> {
    let mut scene = Scene::new();
    let window = WINDOW / share as u32;
    let costs = match command {
        Command::Push => {
            let full = scene.cost(&scene.many(share, command, &[DATA, 1]));
            let payload = [[DATA].as_slice(), &[7; 1100]].concat();
            let mut behind = Scene::new();
            let early = 255 / share as u32;
            for number in (behind.next + 1..).take(early as usize) {
                behind.give(&[behind.segment(command, number, &payload)]);
            }
            let gap = behind.cost(&behind.datagram(&[behind.segment(command, behind.next, &payload)]));
            assert!(gap.steps > early as usize, "all of them arrive: {gap:?}");
            assert!(behind.is_connected());
            let mut parts = Scene::new();
            for after in (1..early as u8).rev() {
                let number = parts.next;
                parts.give(&[Segment { fragments_after: after, ..parts.segment(command, number, &payload) }]);
                parts.next += 1;
            }
            let whole = parts.cost(&parts.datagram(&[parts.segment(command, parts.next, &payload)]));
            vec![("full", full), ("fills a gap", gap), ("completes a message", whole)]
        }
        Command::Acknowledge => {
            scene.give(&[scene.segment(Command::TellWindow, 0, &[])]);
            scene.fill(window);
            let newest = scene.sent + window - 1;
            for number in newest - 5..newest - 1 {
                scene.give(&[scene.segment(command, number, &[])]);
            }
            let skipping = scene.cost(&scene.datagram(&[scene.segment(command, newest, &[])]));
            let all = scene.many(share, command, &[]);
            vec![("skips a window", skipping), ("full", scene.cost(&all))]
        }
        Command::AskWindow => vec![("full", scene.cost(&scene.many(share, command, &[])))],
        Command::TellWindow => {
            let full = scene.cost(&scene.many(share, command, &[]));
            scene.give(&[Segment { window: 0, ..scene.segment(command, 0, &[]) }]);
            scene.fill(window);
            let opening = scene.cost(&scene.datagram(&[scene.segment(command, 0, &[])]));
            vec![("full", full), ("opens a window", opening)]
        }
    };
    assert!(scene.is_connected(), "{command:?}");
    costs
}

#[test]
fn no_segment_costs_more_than_a_millisecond_or_a_megabyte() {
    alone(|| {
        for command in COMMANDS {
            for ((what, whole), (_, half)) in worst(command, 1).into_iter().zip(worst(command, 2)) {
                whole.assert_is_bounded(&format!("kcp, {command:?}, {what}"));
                whole.assert_is_linear(half, &format!("kcp, {command:?}, {what}"));
            }
        }
    });
}

#[test]
fn no_datagram_without_segments_and_no_hello_costs_more() {
    alone(|| {
        let mut scene = Scene::new();
        let mut newcomer = client();
        newcomer.connect(scene.server.now);
        let hello = from_client(&mut newcomer, scene.server.now).swap_remove(0);
        let stranger: SocketAddr = address(CLIENTS + 2);
        scene.server.cost(stranger, &hello).assert_is_bounded("kcp, hello");
        scene.server.cost(stranger, &hello).assert_is_bounded("kcp, hello again");
        scene.server.cost(address(3), &hello).assert_is_bounded("kcp, hello of a connected client");
        scene.client.send(scene.server.now, UNRELIABLE_CHANNEL, &[7; 1190]);
        for datagram in from_client(&mut scene.client, scene.server.now) {
            scene.cost(&datagram).assert_is_bounded("kcp, unreliable");
        }
        scene.cost(&[1; DATAGRAM_BYTES_MAX]).assert_is_bounded("kcp, nonsense");
        scene.cost(&[]).assert_is_bounded("kcp, nothing");
        scene.client.disconnect(scene.server.now);
        for datagram in from_client(&mut scene.client, scene.server.now) {
            scene.cost(&datagram).assert_is_bounded("kcp, goodbye");
        }
        scene.server.pass(Duration::from_secs(1));
    });
}
