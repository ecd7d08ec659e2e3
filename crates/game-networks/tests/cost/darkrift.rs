//! What one piece of a stream, or one datagram, costs the listener, at worst, when almost as many clients are connected
//! as may be.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use consonance_game_networks::darkrift::{Listener, ListenerOrder, ServerSettings};
use consonance_link::{DisconnectReason, Peer};
use consonance_testing::cost::{Cost, alone, measured};

const CLIENTS: u64 = 990;
const DATAGRAM_BYTES_MAX: usize = 65_507;

struct Scene {
    listener: Listener,
    now: Instant,
    peer: Peer,
    token: Vec<u8>,
}

fn address(number: u64) -> SocketAddr {
    (Ipv4Addr::from(0x0a00_0000 + number as u32), 5000).into()
}

impl Scene {
    fn new() -> Self {
        let listener = Listener::new(ServerSettings::default(), &[3; 32]);
        let mut scene = Self { listener, now: Instant::now(), peer: Peer(CLIENTS), token: Vec::new() };
        for number in 1..=CLIENTS {
            scene.token = scene.open(number);
            scene.listener.handle_datagram(address(number), &scene.token);
            scene.listener.accept(Peer(number), &[]);
            scene.orders();
        }
        scene
    }

    fn open(&mut self, number: u64) -> Vec<u8> {
        self.listener.handle_opened(self.now, Peer(number), address(number));
        let orders = std::iter::from_fn(|| self.listener.poll_order()).collect::<Vec<_>>();
        let token = orders.into_iter().find_map(|order| match order {
            ListenerOrder::Write(_, token) => Some(token),
            ListenerOrder::Datagram(..) | ListenerOrder::Finish(_) | ListenerOrder::Abort(_) => None,
        });
        token.expect("a newcomer is told a token")
    }

    fn orders(&mut self) -> usize {
        std::iter::from_fn(|| self.listener.poll_order()).count()
    }

    fn datagram(&mut self, from: u64, datagram: &[u8]) -> Cost {
        measured(|| {
            let event = self.listener.handle_datagram(address(from), datagram);
            usize::from(event.is_some()) + self.orders()
        })
    }

    /// All messages of a piece of the stream, which is as much as is read at once.
    fn stream(&mut self, stream: &[u8]) -> Cost {
        measured(|| {
            let (mut rest, mut steps) = (stream, 0);
            loop {
                let (taken, event) = self.listener.handle_stream(self.peer, rest);
                steps += usize::from(event.is_some());
                rest = &rest[taken..];
                if taken == 0 {
                    return steps + self.orders();
                }
            }
        })
    }
}

#[test]
fn no_piece_of_a_stream_costs_more_than_a_millisecond_or_a_megabyte() {
    alone(|| {
        let bytes = ServerSettings::default().incoming_message_bytes_max;
        let framed = |message: &[u8]| [&(message.len() as u32).to_be_bytes()[..], message].concat();
        let whole = framed(&vec![7; bytes]);
        let many = |message: &[u8]| framed(message).repeat(whole.len() / (4 + message.len()));
        for (what, stream) in [
            ("the longest message", whole.clone()),
            ("empty messages", many(&[])),
            ("short messages", many(&[7; 3])),
            ("commands", many(&[0x80, 0, 0, 0, 0])),
            ("an impossible length", vec![0xff; whole.len()]),
            ("an end", vec![0]),
        ] {
            Scene::new().stream(&stream).assert_is_bounded(&format!("darkrift, {what}"));
        }
        let mut scene = Scene::new();
        scene.open(5000);
        scene.peer = Peer(5000);
        scene.stream(&whole).assert_is_bounded("darkrift, a stream before the token");
    });
}

#[test]
fn no_datagram_and_no_newcomer_costs_more() {
    alone(|| {
        let mut scene = Scene::new();
        let token = scene.token.clone();
        for (what, from, datagram) in [
            ("a message", CLIENTS, vec![7; DATAGRAM_BYTES_MAX]),
            ("nothing", CLIENTS, vec![]),
            ("its token again", CLIENTS, token.clone()),
            ("a token of somebody else", 3, token),
            ("a token of nobody", CLIENTS, vec![1; 9]),
            ("a stranger's", 70_000, vec![7; DATAGRAM_BYTES_MAX]),
        ] {
            scene.datagram(from, &datagram).assert_is_bounded(&format!("darkrift, {what}"));
        }
        // More than may wait for their tokens.
        for number in 10_000..10_400 {
            let cost = measured(|| {
                scene.listener.handle_opened(scene.now, Peer(number), address(number));
                scene.orders()
            });
            cost.assert_is_bounded("darkrift, a newcomer");
        }
        // The oldest has waited long enough to make room.
        scene.now += Duration::from_secs(2);
        let token = scene.open(20_000);
        scene.datagram(20_000, &token).assert_is_bounded("darkrift, a newcomer's token");
        let cost = measured(|| {
            let ended = scene.listener.handle_closed(scene.peer, DisconnectReason::TimedOut);
            usize::from(ended.is_some()) + scene.orders()
        });
        cost.assert_is_bounded("darkrift, an end");
    });
}
