//! Connections to a game's server in memory, with simulated time.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Wake;

use super::*;
use crate::ServerLinkEvent;
use crate::gateway::memory::{
    MemoryGameNetwork, MemoryGameNetworkClient, MemoryGameNetworkServer, RELIABLE, UNRELIABLE,
};

#[test]
fn a_client_is_admitted_by_the_games_server_with_its_greeting() {
    let mut fixture = Fixture::new();
    fixture.open(ALICE);
    assert_eq!(fixture.events(), []);
    assert_eq!(fixture.game_accepts(b"welcome"), b"key of 1");
    assert_eq!(fixture.events(), [(ALICE, Event::Admitted(b"welcome".to_vec()))]);
}

#[test]
fn messages_pass_both_ways_once_a_client_is_admitted_and_are_counted() {
    let mut fixture = Fixture::new();
    fixture.open(ALICE);
    fixture.send(ALICE, b"too early");
    fixture.game_accepts(b"");
    fixture.send(ALICE, b"not yet reported");
    fixture.events();
    fixture.send(ALICE, b"hello");
    fixture.send(BOB, b"from a client without a connection");
    assert_eq!(fixture.game_heard(), [b"hello".to_vec()]);
    fixture.game.send(fixture.now, &[Peer(1)], UNRELIABLE, b"state");
    assert_eq!(fixture.events(), [(ALICE, Event::Message(UNRELIABLE, b"state".to_vec()))]);
    let to_server = fixture.upstreams.statistics().to_server;
    assert_eq!((to_server.reliable.packets, to_server.reliable.bytes), (1, 5));
}

#[test]
fn a_connection_that_takes_too_long_is_given_up_once_and_counts_as_failed() {
    let mut fixture = Fixture::new();
    fixture.open(ALICE);
    fixture.open(BOB);
    fixture.game_accepts(b"");
    fixture.events();
    assert_eq!(fixture.upstreams.wants_poll_at(), Some(fixture.now + TIMEOUT), "of the one that is not up");
    fixture.now += Duration::from_millis(4999);
    assert_eq!(fixture.upstreams.give_up(fixture.now), None);
    fixture.now += Duration::from_millis(1);
    assert_eq!(fixture.upstreams.give_up(fixture.now), Some(BOB));
    assert_eq!(fixture.upstreams.give_up(fixture.now), None, "the other one is up");
    assert_eq!(fixture.events(), [(BOB, Event::Ended(DisconnectReason::ClosedByUs))]);
    assert_eq!(fixture.counts(), (1, 0));
    assert!(fixture.upstreams.contains(ALICE) && !fixture.upstreams.contains(BOB));
    assert_eq!(fixture.upstreams.wants_poll_at(), None);
}

#[test]
fn a_connection_that_ends_is_forgotten_and_counted_by_its_cause() {
    let mut fixture = Fixture::new();
    for client in [ALICE, BOB, CAROL] {
        fixture.open(client);
    }
    fixture.game_accepts(b"");
    fixture.game_accepts(b"");
    fixture.game_heard();
    fixture.game.disconnect(fixture.now, Peer(3), "no place");
    let refused = Event::Ended(DisconnectReason::refused(b"no place"));
    assert_eq!(fixture.events().pop(), Some((CAROL, refused)));
    assert_eq!(fixture.counts(), (1, 0), "the third was refused");
    fixture.game.disconnect(fixture.now, Peer(2), "kicked");
    let reason = DisconnectReason::closed_by_peer(b"kicked");
    assert_eq!(fixture.events(), [(BOB, Event::Ended(reason))]);
    assert_eq!(fixture.counts(), (1, 1), "the second was lost");
    fixture.upstreams.end(fixture.now, ALICE);
    fixture.upstreams.end(fixture.now, ALICE);
    fixture.send(ALICE, b"too late");
    assert_eq!(fixture.events(), [(ALICE, Event::Ended(DisconnectReason::ClosedByUs))]);
    assert_eq!(fixture.counts(), (1, 1), "the first was ended here");
    assert_eq!(fixture.game_heard(), [b""; 0]);
    assert!([ALICE, BOB, CAROL].iter().all(|client| !fixture.upstreams.contains(*client)));
}

#[test]
fn a_client_for_which_no_connection_can_be_opened_leaves_nothing_but_a_count() {
    let mut fixture = Fixture::new();
    let no_address = fixture.upstreams.open(fixture.now, ALICE, None, b"");
    assert_eq!(no_address.map_err(|error| error.kind()), Err(io::ErrorKind::AddrNotAvailable));
    let refused = fixture.upstreams.open(fixture.now, BOB, Some(REFUSED), b"");
    assert_eq!(refused.map_err(|error| error.kind()), Err(io::ErrorKind::QuotaExceeded));
    assert_eq!(fixture.counts(), (2, 0));
    assert!(!fixture.upstreams.contains(ALICE) && !fixture.upstreams.contains(BOB));
    assert_eq!((fixture.upstreams.wants_poll_at(), fixture.events().len()), (None, 0));
}

#[test]
fn the_driver_is_woken_when_the_games_server_answers() {
    let mut fixture = Fixture::new();
    let driver = Arc::new(Wakes::default());
    fixture.upstreams.set_waker(Waker::from(Arc::clone(&driver)));
    fixture.open(ALICE);
    fixture.events();
    let before = driver.0.load(Ordering::SeqCst);
    fixture.game_accepts(b"");
    assert_eq!(driver.0.load(Ordering::SeqCst), before + 1);
    assert_eq!(fixture.events(), [(ALICE, Event::Admitted(Vec::new()))]);
}

const ALICE: Peer = Peer(7);
const BOB: Peer = Peer(8);
const CAROL: Peer = Peer(9);

const TIMEOUT: Duration = Duration::from_secs(5);

/// The address of a client for which the system has no connection.
const REFUSED: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 1);

/// An event with its bytes.
#[derive(Debug, PartialEq, Eq)]
enum Event {
    Admitted(Vec<u8>),
    Message(MessageChannel, Vec<u8>),
    Ended(DisconnectReason),
}

#[derive(Default)]
struct Wakes(AtomicU32);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

struct Fixture {
    now: Instant,
    game: MemoryGameNetworkServer,
    upstreams: Upstreams<MemoryGameNetworkClient>,
}

impl Fixture {
    fn new() -> Self {
        let (front, back) = (MemoryGameNetwork::new(), MemoryGameNetwork::new());
        let game = back.listen();
        let open = move |address| match address {
            REFUSED => Err(io::ErrorKind::QuotaExceeded.into()),
            _ => Ok(back.client()),
        };
        let upstreams = Upstreams::new(&front.listen(), open, TIMEOUT).expect("there is a descriptor left");
        Self { now: Instant::now(), game, upstreams }
    }

    /// Opens a connection for a client whose greeting has its number from 1 on.
    fn open(&mut self, client: Peer) {
        let greeting = format!("key of {}", client.0 - ALICE.0 + 1);
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 1000));
        let opened = self.upstreams.open(self.now, client, Some(address), greeting.as_bytes());
        opened.expect("it can be opened");
    }

    fn send(&mut self, client: Peer, message: &[u8]) {
        self.upstreams.send(self.now, client, (RELIABLE, Delivery::Reliable), message);
    }

    /// The game's server accepts the next newcomer, whose greeting this returns.
    fn game_accepts(&mut self, greeting: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        match self.game.poll_event(self.now, &mut bytes) {
            Some(ServerLinkEvent::Connected { peer, .. }) => self.game.accept(self.now, peer, greeting),
            other => panic!("no newcomer, but {other:?}"),
        }
        bytes
    }

    /// The messages that the game's server has received since the last call.
    fn game_heard(&mut self) -> Vec<Vec<u8>> {
        let (mut all, mut bytes) = (Vec::new(), Vec::new());
        while let Some(event) = self.game.poll_event(self.now, &mut bytes) {
            if matches!(event, ServerLinkEvent::Packet { .. }) {
                all.push(bytes.clone());
            }
        }
        all
    }

    /// All events of one turn.
    fn events(&mut self) -> Vec<(Peer, Event)> {
        let (mut all, mut bytes) = (Vec::new(), Vec::new());
        while let Some((peer, event)) = self.upstreams.poll_event(self.now, &mut bytes) {
            let event = match event {
                UpstreamEvent::Admitted => Event::Admitted(bytes.clone()),
                UpstreamEvent::Message(channel) => Event::Message(channel, bytes.clone()),
                UpstreamEvent::Ended(reason) => Event::Ended(reason),
            };
            all.push((peer, event));
        }
        all
    }

    /// Connections that could not be made, and those that were lost.
    fn counts(&self) -> (u64, u64) {
        let statistics = self.upstreams.statistics();
        (statistics.upstreams_failed, statistics.upstreams_lost)
    }
}
