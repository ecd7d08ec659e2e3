//! What one message costs a signalling server, at worst, that has a thousand clients, the one that speaks with as many
//! links as it may have.
//!
//! Kinds are taken from matches without a wildcard: a new one does not compile until it has its worst case here.

use std::net::{IpAddr, Ipv4Addr};

use consonance_game_networks::webrtc_network::signalling::{
    ADDRESS_UNITS_MAX, Data, Guest, SignalKind, SignalLinkId, SignalMessage, SignallingListenerSettings,
    SignallingServer, SignallingSettings,
};
use consonance_testing::cost::{Cost, alone, measured};

const KINDS: [SignalKind; 9] = [
    SignalKind::ServerInitialized,
    SignalKind::ServerInitFailed,
    SignalKind::ServerClosed,
    SignalKind::NewConnection,
    SignalKind::ConnectionFailed,
    SignalKind::Disconnected,
    SignalKind::FatalError,
    SignalKind::Warning,
    SignalKind::Log,
];

/// The player's server, to which all others are linked.
const HOST: Guest = Guest(0);
/// A client that has done nothing.
const NEWCOMER: Guest = Guest(100_000);

struct Scene {
    server: SignallingServer,
    bytes_max: usize,
}

impl Scene {
    /// A server on whose path many may share an address, so many as may.
    fn new(path: &str, links: u64) -> Self {
        let settings = SignallingListenerSettings::default();
        let mut scene = Self {
            server: SignallingServer::new(SignallingSettings { links_max: 4096, ..settings.signalling }),
            bytes_max: settings.message_bytes_max,
        };
        scene.come(HOST, path);
        scene.give(HOST, &listen("host"));
        for number in 1..=links {
            let guest = Guest(number);
            scene.come(guest, path);
            scene.give(guest, &connect(1, "host"));
        }
        for number in 1..64 {
            let guest = Guest(50_000 + number);
            scene.come(guest, path);
            scene.give(guest, &listen("host"));
        }
        scene.come(NEWCOMER, path);
        scene
    }

    fn come(&mut self, guest: Guest, path: &str) {
        let home = IpAddr::V4(Ipv4Addr::from(0x0a00_0000 + guest.0 as u32));
        self.server.handle_connected(guest, home, path).expect("it is welcome");
    }

    /// Handles a message and all that follows; returns how much that was.
    fn give(&mut self, guest: Guest, message: &[u8]) -> usize {
        assert!(message.len() <= self.bytes_max, "{} bytes", message.len());
        self.server.handle_message(guest, message);
        let mut steps = 1;
        while let Some((_, message)) = self.server.poll_transmit() {
            let bytes = message.to_bytes();
            steps += usize::from(!bytes.is_empty());
        }
        steps
    }

    fn cost(&mut self, guest: Guest, message: &[u8]) -> Cost {
        measured(|| self.give(guest, message))
    }
}

fn listen(address: &str) -> Vec<u8> {
    SignalMessage::address(SignalKind::ServerInitialized, SignalLinkId::NONE, address).to_bytes()
}

fn connect(link: i16, address: &str) -> Vec<u8> {
    SignalMessage::address(SignalKind::NewConnection, SignalLinkId(link), address).to_bytes()
}

/// Messages of this kind: with what it means, with nothing, and with as much as a message holds.
fn worst(kind: SignalKind, bytes_max: usize) -> Vec<(Guest, Vec<u8>)> {
    let event = |link, data| SignalMessage::Event { kind, link: SignalLinkId(link), data }.to_bytes();
    let longest = ["a".repeat(bytes_max / 2 - 8), "a".repeat(ADDRESS_UNITS_MAX)];
    let mut all =
        vec![(NEWCOMER, event(1, Data::None)), (NEWCOMER, event(1, Data::Bytes(vec![7; bytes_max - 8])))];
    all.extend(longest.map(|text| (NEWCOMER, event(2, Data::text(&text)))));
    match kind {
        SignalKind::ServerInitialized => all.push((NEWCOMER, event(-1, Data::text("host")))),
        SignalKind::ServerClosed => all.push((HOST, event(-1, Data::None))),
        SignalKind::NewConnection => all.push((NEWCOMER, event(3, Data::text("host")))),
        SignalKind::Disconnected => all.push((HOST, event(SignalLinkId::FIRST_INCOMING.0, Data::None))),
        SignalKind::ServerInitFailed
        | SignalKind::ConnectionFailed
        | SignalKind::FatalError
        | SignalKind::Warning
        | SignalKind::Log => {}
    }
    all
}

#[test]
fn no_event_costs_more_than_a_millisecond_or_a_megabyte() {
    alone(|| {
        for kind in KINDS {
            for path in ["/callapp", "/conferenceapp"] {
                let bytes_max = Scene::new(path, 0).bytes_max;
                for (guest, message) in worst(kind, bytes_max) {
                    let cost = Scene::new(path, 4096).cost(guest, &message);
                    cost.assert_is_bounded(&format!("{path}, {kind:?}, {} bytes", message.len()));
                }
            }
        }
    });
}

#[test]
fn no_other_message_costs_more() {
    alone(|| {
        let mut scene = Scene::new("/callapp", 4096);
        let bytes = scene.bytes_max - 8;
        let link = SignalLinkId::FIRST_INCOMING;
        let relayed = |link, data| SignalMessage::Relayed { is_reliable: true, link, data };
        for message in [
            SignalMessage::Version(2),
            SignalMessage::Heartbeat,
            relayed(link, Data::Bytes(vec![7; bytes])),
            relayed(link, Data::Utf16(vec![7; bytes / 2])),
            relayed(SignalLinkId(5), Data::Bytes(vec![7; bytes])),
        ] {
            let what = format!("{message:?}");
            scene.cost(HOST, &message.to_bytes()).assert_is_bounded(&what);
        }
        scene.cost(HOST, &vec![201; bytes]).assert_is_bounded("nonsense");
        // Its links end with it.
        let cost = measured(|| {
            scene.server.handle_disconnected(HOST);
            std::iter::from_fn(|| scene.server.poll_transmit()).count()
        });
        cost.assert_is_bounded("the end of a listener");
    });
}
