//! What one datagram costs the server, at worst, when a thousand clients are connected: full windows, a gap behind
//! which everything waits, and packets full of messages.
//!
//! Kinds are taken from a match without a wildcard: a new one does not compile until it has its worst case here.

use std::time::Duration;

use consonance_game_networks::utp::{
    ClientSettings, Datagram, DatagramKind, GREETING_BYTES_MAX, PAYLOAD_BYTES_MAX, RELIABLE, ServerSettings,
    Token, UNRELIABLE, UNRELIABLE_SEQUENCED, UtpClient, UtpServer,
};
use consonance_link::gateway::udp::ClientEndpoint as _;
use consonance_link::{Peer, ServerNetwork as _};
use consonance_testing::cost::{Cost, DatagramServer, address, alone};

const CLIENTS: u16 = 1000;
const FROM: u16 = CLIENTS + 1;
const WINDOW: u16 = 64;

/// One client that sends what it wants, among many.
struct Scene {
    server: DatagramServer<UtpServer>,
    peer: Peer,
    token: Token,
}

impl Scene {
    fn new() -> Self {
        let mut settings = ServerSettings::default();
        (settings.peers.connections_max, settings.peers.handshakes_max) = (2000, 2000);
        let mut server = DatagramServer::new(UtpServer::new(settings, [7; 32]));
        let mut join = |number: u16| {
            let mut client = UtpClient::new(ClientSettings::default(), number.into());
            let peer = server.connect(&mut client, number);
            (peer, client)
        };
        for number in 0..CLIENTS {
            join(number);
        }
        let (peer, mut client) = join(FROM);
        let token = client.token().expect("it is connected");
        // The client proves its address with the acknowledgement of what it is told.
        server.tell(peer, RELIABLE, &[7; 80]);
        for _ in 0..50 {
            client.handle_timeout(server.now);
            server.carry(&mut client, FROM);
            server.pass(Duration::from_millis(100));
        }
        assert_eq!(server.endpoint.statistics().connections.connected, u64::from(FROM));
        Self { server, peer, token }
    }

    fn datagram(&self, kind: DatagramKind<'_>) -> Vec<u8> {
        let mut datagram = Vec::new();
        Datagram { token: self.token, kind }.write(&mut datagram);
        datagram
    }

    /// A packet of the reliable pipeline that acknowledges everything up to a number.
    fn reliable(&self, sequence: u16, acked: u16, payload: &[u8]) -> Vec<u8> {
        let mut body = vec![0, 0, 0, 0];
        body.extend(sequence.to_le_bytes());
        body.extend(acked.to_le_bytes());
        body.extend(u64::MAX.to_le_bytes());
        body.extend(payload);
        self.datagram(DatagramKind::Data { pipeline: RELIABLE.0 as u8, body: &body })
    }

    fn cost(&mut self, datagram: &[u8]) -> Cost {
        self.server.cost(address(FROM), datagram)
    }

    /// The number of the first reliable packet of the server that was not acknowledged, which is sent again.
    fn first_on_its_way(&mut self) -> u16 {
        self.server.take();
        self.server.pass(Duration::from_secs(1));
        let sent = self.server.take();
        let ours = sent.iter().filter(|(to, _)| *to == address(FROM));
        let numbers = ours.filter_map(|(_, datagram)| match Datagram::parse(datagram).ok()?.kind {
            DatagramKind::Data { pipeline: 3, body: [0, _, _, _, low, high, ..] } => {
                Some(u16::from_le_bytes([*low, *high]))
            }
            _ => None,
        });
        numbers.min().expect("reliable packets are sent again")
    }

    /// The cost of the packet without which the others of a window wait.
    fn gap(&mut self, packets: u16, payload: &[u8]) -> Cost {
        for sequence in 1..packets {
            let datagram = self.reliable(sequence, u16::MAX, payload);
            self.server.give(address(FROM), &datagram);
        }
        self.cost(&self.reliable(0, u16::MAX, payload))
    }
}

/// A payload full of messages of so many bytes.
fn messages_of(bytes: usize) -> Vec<u8> {
    let message = [&(bytes as u32).to_le_bytes()[..], &vec![7; bytes]].concat();
    message.repeat(PAYLOAD_BYTES_MAX / message.len())
}

/// One of each kind.
const KINDS: [DatagramKind<'static>; 7] = [
    DatagramKind::Request { greeting: &[] },
    DatagramKind::Accept { greeting: &[] },
    DatagramKind::Data { pipeline: 1, body: &[] },
    DatagramKind::Disconnect,
    DatagramKind::Heartbeat,
    DatagramKind::MtuCheck { datagram_bytes: 100 },
    DatagramKind::MtuAck { datagram_bytes: 100 },
];

/// The costs of the worst datagrams of a kind.
fn worst(kind: DatagramKind<'_>) -> Vec<(&'static str, Cost)> {
    let mut scene = Scene::new();
    match kind {
        DatagramKind::Request { .. } => {
            let greeting = [7; GREETING_BYTES_MAX];
            let again = scene.cost(&scene.datagram(DatagramKind::Request { greeting: &greeting }));
            scene.token = Token([9; 8]);
            let first = scene.cost(&scene.datagram(DatagramKind::Request { greeting: &greeting }));
            vec![("again", again), ("first", first)]
        }
        DatagramKind::Accept { .. } | DatagramKind::Heartbeat | DatagramKind::Disconnect => {
            vec![("once", scene.cost(&scene.datagram(kind)))]
        }
        DatagramKind::MtuCheck { .. } | DatagramKind::MtuAck { .. } => {
            let check = DatagramKind::MtuCheck { datagram_bytes: 1472 };
            let ack = DatagramKind::MtuAck { datagram_bytes: u16::MAX };
            vec![
                ("check", scene.cost(&scene.datagram(check))),
                ("acknowledgement", scene.cost(&scene.datagram(ack))),
            ]
        }
        DatagramKind::Data { .. } => worst_data(scene),
    }
}

fn worst_data(mut scene: Scene) -> Vec<(&'static str, Cost)> {
    let empty = messages_of(0);
    let mut costs = Vec::new();
    for (pipeline, head) in [(UNRELIABLE, [0, 0xc0].as_slice()), (UNRELIABLE_SEQUENCED, &[0, 0, 0, 0xc0])] {
        let body = [head, &empty].concat();
        let data = DatagramKind::Data { pipeline: pipeline.0 as u8, body: &body };
        costs.push(("unreliable, full of empty messages", scene.cost(&scene.datagram(data))));
    }
    for _ in 0..700 {
        scene.server.send(scene.peer, RELIABLE, &[7; 1300]);
    }
    let acked = scene.first_on_its_way() + WINDOW - 1;
    let window = scene.cost(&scene.reliable(u16::MAX, acked, &[]));
    assert!(window.steps > usize::from(WINDOW), "a window is acknowledged: {window:?}");
    costs.push(("acknowledges a window", window));
    costs.push(("fills a gap", Scene::new().gap(WINDOW, &messages_of(PAYLOAD_BYTES_MAX - 4))));
    costs.push(("fills a gap of batches", Scene::new().gap(WINDOW, &messages_of(20))));
    costs.push(("fills a gap of empty messages", Scene::new().gap(WINDOW, &empty)));
    costs
}

#[test]
fn no_datagram_costs_more_than_a_millisecond_or_a_megabyte() {
    alone(|| {
        for kind in KINDS {
            for (what, cost) in worst(kind) {
                cost.assert_is_bounded(&format!("utp, {kind:?}, {what}"));
            }
        }
    });
}

#[test]
fn what_waits_behind_a_gap_costs_in_proportion_to_its_length() {
    alone(|| {
        for bytes in [20, 100, 1000] {
            let payload = messages_of(bytes);
            let [whole, half] = [WINDOW, WINDOW / 2].map(|packets| Scene::new().gap(packets, &payload));
            assert!(whole.steps > usize::from(WINDOW), "all of them arrive: {whole:?}");
            whole.assert_is_linear(half, &format!("utp, messages of {bytes} bytes"));
        }
    });
}

#[test]
fn a_window_full_of_the_smallest_messages_ends_its_sender() {
    alone(|| {
        let connected = |scene: &Scene| scene.server.endpoint.statistics().connections.connected;
        let mut scene = Scene::new();
        scene.gap(2, &messages_of(0));
        assert_eq!((scene.server.messages, connected(&scene)), (2 * 342, u64::from(FROM)));
        let mut scene = Scene::new();
        scene.gap(WINDOW, &messages_of(0));
        assert_eq!((scene.server.messages, connected(&scene)), (1001, u64::from(CLIENTS)));
    });
}
