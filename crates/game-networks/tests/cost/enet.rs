//! What one datagram costs the server, at worst, when a thousand clients are connected: gaps behind which everything
//! waits, a window of acknowledgements, and datagrams full of commands of each kind.
//!
//! Kinds are taken from a match without a wildcard: a new one does not compile until it has its worst case here.

#[path = "../networks/enet/commands.rs"]
mod commands;

use std::time::Duration;

use consonance_game_networks::enet::fuzz::CommandKind;
use consonance_game_networks::enet::{
    EnetClient, EnetClientSettings, EnetServer, EnetServerSettings, RELIABLE_CHANNEL,
};
use consonance_link::gateway::udp::ClientEndpoint as _;
use consonance_link::{ClientNetwork as _, Peer, ServerNetwork as _};
use consonance_testing::cost::{Cost, DatagramServer, address, alone, from_client};

use commands::{fragment, reliable, unreliable};

const CLIENTS: u16 = 1000;
const FROM: u16 = CLIENTS + 1;
const DATAGRAM_BYTES_MAX: usize = 4096;
const COMMANDS_MAX: usize = 32;
/// The sizes of the commands of ENet's protocol, by their numbers from 1.
const SIZES: [usize; 12] = [8, 48, 44, 8, 4, 6, 8, 24, 8, 12, 16, 24];

/// A goodbye that is sent again until it is acknowledged, and one that is not.
const GOODBYE: [u8; 8] = [0x84, 0xff, 0, 1, 0, 0, 0, 0];
const LAST_GOODBYE: [u8; 8] = [0x44, 0xff, 0, 1, 0, 0, 0, 0];

/// One client that sends what it wants, among many.
struct Scene {
    server: DatagramServer<EnetServer>,
    client: EnetClient,
    peer: Peer,
    /// The bytes before the commands of the client's datagrams.
    header: Vec<u8>,
}

impl Scene {
    fn new() -> Self {
        Self::of(EnetServerSettings::default())
    }

    fn of(settings: EnetServerSettings) -> Self {
        let settings = EnetServerSettings { connects_per_second: 1_000_000, ..settings };
        let mut server = DatagramServer::new(EnetServer::new(settings, [7; 32]));
        let mut join = |number: u16| {
            let mut client = EnetClient::new(EnetClientSettings::default(), number.into());
            let peer = server.connect(&mut client, number);
            (client, peer)
        };
        for number in 0..CLIENTS {
            join(number);
        }
        let (mut client, peer) = join(FROM);
        // It is lost.
        client.send(server.now, RELIABLE_CHANNEL, b"hello");
        let header = from_client(&mut client, server.now).swap_remove(0)[..4].to_vec();
        Self { server, client, peer, header }
    }

    /// The commands in as few datagrams as possible.
    fn datagrams(&self, commands: impl IntoIterator<Item = Vec<u8>>) -> Vec<Vec<u8>> {
        let mut datagrams: Vec<Vec<u8>> = Vec::new();
        let mut left = 0;
        for command in commands {
            let is_full = datagrams.last().is_none_or(|last| last.len() + command.len() > DATAGRAM_BYTES_MAX);
            if left == 0 || is_full {
                datagrams.push(self.header.clone());
                left = COMMANDS_MAX;
            }
            left -= 1;
            datagrams.last_mut().expect("there is one").extend(command);
        }
        datagrams
    }

    fn give(&mut self, commands: impl IntoIterator<Item = Vec<u8>>) {
        for datagram in self.datagrams(commands) {
            self.server.give(address(FROM), &datagram);
            self.server.take();
        }
    }

    /// The cost of the dearest of these datagrams, and of the turns in which the server does what is left to do.
    fn cost(&mut self, commands: impl IntoIterator<Item = Vec<u8>>) -> Cost {
        let mut worst = Cost::default();
        for datagram in self.datagrams(commands) {
            let mut turn = Some(self.server.cost(address(FROM), &datagram));
            while let Some(cost) = turn {
                worst = Cost { bytes: worst.bytes.max(cost.bytes), steps: worst.steps.max(cost.steps) };
                turn = self.server.turn_cost();
            }
        }
        worst
    }

    /// The cost of the last one of some commands, with which so many messages or more are heard.
    fn last(&mut self, others: impl IntoIterator<Item = Vec<u8>>, last: Vec<u8>, messages: usize) -> Cost {
        self.give(others);
        let before = self.server.messages;
        let cost = self.cost([last]);
        let heard = self.server.messages - before;
        assert!(heard >= messages, "{heard} of {messages} messages");
        cost
    }
}

/// As many commands of this kind as fit into one datagram, with all kinds of flags and contents.
fn full(number: u8, size: usize) -> Vec<(&'static str, Vec<Vec<u8>>)> {
    let mut all = Vec::new();
    for (flags, fill) in [(0, 0), (0x80, 0), (0x40, 0), (0x80, 1), (0, 0xff)] {
        let mut command = vec![fill; size];
        command[..2].copy_from_slice(&[number | flags, 0]);
        let times = (DATAGRAM_BYTES_MAX / command.len()).min(COMMANDS_MAX);
        all.push(("full", vec![command; times]));
    }
    all
}

/// The costs of the worst datagrams of a kind, each in a scene of its own.
fn worst(kind: CommandKind) -> Vec<(&'static str, Cost)> {
    let mut scene = Scene::new();
    match kind {
        CommandKind::Reliable => {
            let mut proxy = EnetServerSettings::default();
            (proxy.connection.message_bytes_max, proxy.connection.waiting_bytes_max) = (4 << 20, 8 << 20);
            let gap = |mut scene: Scene, count, bytes, messages| {
                let message = |number| reliable(number, &vec![7; bytes]);
                scene.last((2..=count).map(message), message(1), messages)
            };
            vec![
                ("empty ones behind a gap", gap(scene, 6000, 0, 3000)),
                ("short ones behind a gap", gap(Scene::new(), 6000, 16, 2000)),
                ("long ones behind a gap", gap(Scene::new(), 300, 1200, 200)),
                ("long ones behind a gap, in a proxy", gap(Scene::of(proxy), 5000, 1200, 4000)),
            ]
        }
        CommandKind::Unreliable => {
            let waiting = (1..=6000).map(|own| unreliable(1, own));
            let now = Scene::new().cost((1..=32).map(|own| unreliable(0, own)));
            vec![("behind a gap", scene.last(waiting, reliable(1, &[]), 900)), ("at once", now)]
        }
        CommandKind::Unsequenced => {
            let one = |number: u16| [&[0x49, 0, 0, 0], &number.to_be_bytes()[..], &[0, 0]].concat();
            vec![("at once", scene.cost((1..=32).map(one)))]
        }
        CommandKind::ReliableFragment => {
            let completes = |mut scene: Scene, count, bytes| {
                let part = |number| fragment(1, (number, count), bytes, u32::from(count) * u32::from(bytes));
                scene.last((1..count).map(part), part(0), 1)
            };
            vec![
                ("completes a message", completes(scene, 54, 1200)),
                ("completes a message of bytes", completes(Scene::new(), 2900, 1)),
                ("begins a message", Scene::new().cost([fragment(1, (0, 54), 1200, 64_800)])),
            ]
        }
        CommandKind::UnreliableFragment => {
            let of = |message: u16, number: u16| {
                let mut command = fragment(message, (number, 13), 1200, 13 * 1200);
                command[..4].copy_from_slice(&[0x0c, 0, 0, 0]);
                command
            };
            let begins = Scene::new().cost((0..1000).map(|number| of(1 + number * 13, 0)));
            let completes = scene.last((1..13).map(|number| of(1, number)), of(1, 0), 1);
            vec![("completes a message", completes), ("begins messages", begins)]
        }
        CommandKind::Acknowledge => [1, 1000, 60_000].map(acknowledging).into(),
        CommandKind::Connect => {
            let mut newcomer = EnetClient::new(EnetClientSettings::default(), 7);
            newcomer.connect(scene.server.now);
            let connect = from_client(&mut newcomer, scene.server.now).swap_remove(0);
            let mut cost = |number| scene.server.cost(address(number), &connect);
            vec![("first", cost(FROM + 1)), ("again", cost(FROM + 1)), ("of a client", cost(FROM))]
        }
        CommandKind::Disconnect => {
            let gone = |mut scene: Scene, goodbye: [u8; 8]| {
                scene.give((2..=6000).map(|number| reliable(number, &[])));
                let cost = scene.cost([goodbye.into()]);
                assert_eq!(scene.server.endpoint.statistics().connections.connected, u64::from(CLIENTS));
                cost
            };
            vec![("a goodbye", gone(scene, GOODBYE)), ("the last one", gone(Scene::new(), LAST_GOODBYE))]
        }
        CommandKind::VerifyConnect | CommandKind::Other => Vec::new(),
    }
}

/// The cost of the acknowledgements of a window of messages.
fn acknowledging(bytes: usize) -> (&'static str, Cost) {
    let mut scene = Scene::new();
    for _ in 0..4_000_000 / (bytes + 200) {
        scene.server.send(scene.peer, RELIABLE_CHANNEL, &vec![7; bytes]);
    }
    scene.server.pass(Duration::from_millis(20));
    for (to, datagram) in scene.server.take() {
        if to == address(FROM) {
            scene.client.handle_datagram(scene.server.now, &datagram);
        }
    }
    let datagrams = from_client(&mut scene.client, scene.server.now);
    let costs = datagrams.iter().map(|datagram| scene.server.cost(address(FROM), datagram));
    let worst = costs.max_by_key(|cost| cost.steps.max(cost.bytes / 100));
    ("acknowledges a window", worst.expect("something was acknowledged"))
}

#[test]
fn no_datagram_costs_more_than_a_millisecond_or_a_megabyte() {
    alone(|| {
        let mut seen: Vec<CommandKind> = Vec::new();
        for (number, size) in (1..).zip(SIZES) {
            let mut scene = Scene::new();
            for (what, commands) in full(number, size) {
                let kind = commands.first().and_then(|command| CommandKind::of(command));
                let cost = scene.cost(commands);
                cost.assert_is_bounded(&format!("enet, {kind:?}, {what}"));
                let Some(kind) = kind.filter(|kind| !seen.contains(kind)) else { continue };
                seen.push(kind);
                for (what, cost) in worst(kind) {
                    cost.assert_is_bounded(&format!("enet, {kind:?}, {what}"));
                }
            }
        }
        assert_eq!(seen.len(), 10, "{seen:?}");
    });
}

#[test]
fn what_waits_behind_a_gap_is_heard_in_turns_before_the_goodbye() {
    alone(|| {
        let mut scene = Scene::new();
        scene.give((2..=3000).map(|number| reliable(number, &[])));
        let first = scene.datagrams([reliable(1, &[]), GOODBYE.into()]).swap_remove(0);
        let goodbye = scene.datagrams([GOODBYE.into()]).swap_remove(0);
        scene.server.give(address(FROM), &first);
        let heard = scene.server.messages;
        assert!((500..1500).contains(&heard), "{heard} messages at once");
        scene.server.give(address(FROM), &goodbye);
        while scene.server.turn_cost().is_some() {}
        assert_eq!(scene.server.messages, 3000, "all that waited");
        let connected = |scene: &Scene| scene.server.endpoint.statistics().connections.connected;
        assert_eq!(connected(&scene), u64::from(FROM), "the goodbye comes again");
        scene.server.give(address(FROM), &goodbye);
        assert_eq!(connected(&scene), u64::from(CLIENTS));
    });
}
