//! What one message from another player of a room costs, at worst, with a thousand players in it: routes and what
//! follows them, from players that have answered a greeting, that have not, and that the socket does not know.
//!
//! The first byte decides about a message, and in those to a server or a client the next one.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use consonance_game_networks::matchbox::{MatchboxSettings, MatchboxVoice, PeerSocket, PlayerId};
use consonance_link::hosted::{HostedClient, HostedServer};
use consonance_link::{ClientNetwork as _, Delivery, ServerNetwork as _};
use consonance_testing::cost::{Cost, alone, measured};

const OTHERS: u128 = 1000;
const MEMBER: PlayerId = PlayerId(507);
/// Its connection is up, and it has not answered.
const NEWCOMER: PlayerId = PlayerId(5000);
const STRANGER: PlayerId = PlayerId(6000);
/// The most that a data channel of WebRTC carries.
const RELIABLE_BYTES_MAX: usize = 64 * 1024;

const DIRECT_BEGINS: u8 = 3;
const HOST: u8 = 6;
const GREETING_RETURNED: u8 = 8;
const ROUTE_MAX: u8 = 8;

/// A socket that delivers what the test puts into it, and counts what is sent.
struct Socket {
    me: PlayerId,
    players: Vec<PlayerId>,
    arrived: BTreeMap<bool, Vec<(PlayerId, Vec<u8>)>>,
    sent: usize,
}

impl PeerSocket for Socket {
    fn id(&mut self) -> Option<PlayerId> {
        Some(self.me)
    }

    fn connected(&self) -> Vec<PlayerId> {
        self.players.clone()
    }

    fn receive(&mut self, delivery: Delivery) -> Vec<(PlayerId, Vec<u8>)> {
        self.arrived.remove(&(delivery == Delivery::Reliable)).unwrap_or_default()
    }

    fn send(&mut self, _delivery: Delivery, _to: PlayerId, _message: &[u8]) {
        self.sent += 1;
    }
}

/// A player among many.
struct Scene {
    socket: Socket,
    voice: MatchboxVoice,
    listener: HostedServer,
    transport: HostedClient,
    now: Instant,
}

impl Scene {
    /// With this number of its own: the lowest one has the session.
    fn new(me: u128) -> Self {
        let settings = MatchboxSettings { players_max: 2000, ..MatchboxSettings::default() };
        let (voice, listener, mut transport) = MatchboxVoice::new(&settings);
        let now = Instant::now();
        transport.connect(now);
        let players: Vec<PlayerId> = (1..=OTHERS).map(|number| PlayerId(500 + number)).collect();
        let socket = Socket { me: PlayerId(me), players, arrived: BTreeMap::new(), sent: 0 };
        let mut scene = Self { socket, voice, listener, transport, now };
        scene.pump();
        let players = scene.socket.players.clone();
        let host = players.iter().copied().min().unwrap_or(MEMBER).min(PlayerId(me));
        for &player in &players {
            scene.put(Delivery::Reliable, player, vec![GREETING_RETURNED]);
            scene.put(Delivery::Reliable, player, claim(0, host));
            scene.put(Delivery::Reliable, player, vec![DIRECT_BEGINS]);
        }
        scene.pump();
        for &player in &players {
            scene.put(Delivery::Reliable, player, [&[0][..], &begin(1)].concat());
        }
        scene.socket.players.push(NEWCOMER);
        let steps = scene.pump();
        assert_eq!(scene.voice.host(), Some(host));
        assert!(host != PlayerId(me) || steps > 1000, "all others have a link");
        scene
    }

    fn put(&mut self, delivery: Delivery, from: PlayerId, message: Vec<u8>) {
        self.socket.arrived.entry(delivery == Delivery::Reliable).or_default().push((from, message));
    }

    /// One frame of the game, with all that follows; returns its steps.
    fn pump(&mut self) -> usize {
        let before = self.socket.sent;
        self.voice.pump(self.now, &mut self.socket);
        let mut events = 0;
        while self.listener.poll_event(self.now, &mut Vec::new()).is_some() {
            events += 1;
        }
        while self.transport.poll_event(self.now, &mut Vec::new()).is_some() {
            events += 1;
        }
        self.voice.pump(self.now, &mut self.socket);
        1 + events + self.socket.sent - before
    }

    fn cost(&mut self, delivery: Delivery, from: PlayerId, message: Vec<u8>) -> Cost {
        self.put(delivery, from, message);
        measured(|| self.pump())
    }
}

/// A claim that a player has the session, of this term.
fn claim(term: u32, host: PlayerId) -> Vec<u8> {
    [&[HOST][..], &term.to_be_bytes(), &[1], &host.0.to_be_bytes()].concat()
}

/// A client's request to begin a link of this number.
fn begin(number: u32) -> Vec<u8> {
    [&[1][..], &number.to_be_bytes(), b"main"].concat()
}

/// The shortest and the longest messages of a route, of each kind that a server or a client knows, and of others.
fn messages(route: u8) -> impl Iterator<Item = Vec<u8>> {
    let kinds = [0, 1, 2, 3, 4, 5, 6, 0x8b, u8::MAX].into_iter();
    let long = kinds.flat_map(move |kind| {
        [6, RELIABLE_BYTES_MAX].map(|bytes| {
            let mut message = vec![7; bytes];
            message[..2].copy_from_slice(&[route, kind]);
            message
        })
    });
    long.chain([vec![route]])
}

#[test]
fn no_message_costs_more_than_a_millisecond_or_a_megabyte() {
    alone(|| {
        for me in [1, 900] {
            let mut scene = Scene::new(me);
            for route in (0..=ROUTE_MAX + 1).chain([u8::MAX]) {
                for message in messages(route) {
                    for from in [MEMBER, NEWCOMER, STRANGER] {
                        for delivery in [Delivery::Reliable, Delivery::Unreliable] {
                            let cost = scene.cost(delivery, from, message.clone());
                            let what =
                                format!("{me}: {:?} of {}", &message[..message.len().min(2)], message.len());
                            cost.assert_is_bounded(&format!("{what} bytes from {from:?}"));
                        }
                    }
                }
            }
        }
    });
}

#[test]
fn no_claim_and_no_player_that_comes_or_goes_costs_more() {
    alone(|| {
        for me in [1, 900] {
            let mut scene = Scene::new(me);
            for (term, host) in [(1, PlayerId(me)), (2, MEMBER), (3, STRANGER), (u32::MAX, PlayerId(me))] {
                let cost = scene.cost(Delivery::Reliable, MEMBER, claim(term, host));
                cost.assert_is_bounded(&format!("{me}: {host:?} has the session"));
            }
            scene.cost(Delivery::Reliable, NEWCOMER, vec![GREETING_RETURNED]).assert_is_bounded("a newcomer");
            scene.now += Duration::from_secs(1);
            measured(|| scene.pump()).assert_is_bounded("greetings");
            scene.socket.players.retain(|player| *player != MEMBER);
            measured(|| scene.pump()).assert_is_bounded("a player leaves");
        }
    });
}

#[test]
fn what_a_newcomer_sends_before_it_answers_costs_no_more_when_it_does() {
    alone(|| {
        let mut scene = Scene::new(1);
        for _ in 0..1000 {
            scene.put(Delivery::Reliable, NEWCOMER, [&[0][..], &begin(1)].concat());
        }
        scene.pump();
        scene
            .cost(Delivery::Reliable, NEWCOMER, vec![GREETING_RETURNED])
            .assert_is_bounded("all that waited");
    });
}
