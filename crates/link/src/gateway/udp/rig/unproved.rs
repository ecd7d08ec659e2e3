//! Measures how many bytes a server sends to an address that only sends, as an attacker that spoofs it reads no
//! replies.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::gateway::udp::ServerEndpoint;
use crate::{Peer, ServerLinkEvent};

/// How long the server goes on after the first request, in simulated time.
const TIME: Duration = Duration::from_secs(30);
/// The interval at which a game sends to each accepted peer, as often as one with many speakers.
const FRAME: Duration = Duration::from_millis(20);
const UNRELIABLE: [u8; 60] = [0x55; 60];
const RELIABLE: [u8; 400] = [0xaa; 400];

/// The most bytes that a server has sent to an address for each byte that came from it, at any moment of 30 s of
/// simulated time, over several ways to ask: the requests once, again and again, and to a game that refuses them.
///
/// Each request is a datagram; the following one comes 5 ms after it.
pub fn bytes_out_per_byte_in<S: ServerEndpoint>(server: impl Fn() -> S, requests: &[&[u8]]) -> f64 {
    let ways = [None, Some(100), Some(500), Some(1700)];
    let ways = ways.into_iter().flat_map(|again_ms| [(again_ms, true), (again_ms, false)]);
    ways.map(|(again_ms, lets_in)| {
        let mut fixture = Fixture::new(server(), lets_in);
        let end = fixture.now + TIME;
        while fixture.now < end {
            for request in requests {
                fixture.give(request);
                fixture.run_until(fixture.now + Duration::from_millis(5));
            }
            fixture.run_until(again_ms.map_or(end, |ms| fixture.now + Duration::from_millis(ms)));
        }
        fixture.most
    })
    .fold(0.0, f64::max)
}

/// The entry of a listener in the security page's table of bytes out for each byte in.
///
/// # Panics
/// When the table has no row for it.
pub fn documented_bytes_out<'p>(page: &'p str, listener: &str) -> &'p str {
    let mut rows =
        page.lines().filter_map(|line| line.strip_prefix("| ")?.strip_prefix(listener)?.strip_prefix(" | "));
    let figure = rows.find_map(|rest| rest.split(" |").next());
    figure.unwrap_or_else(|| panic!("docs/security.md has no row of {listener}"))
}

struct Fixture<S> {
    server: S,
    lets_in: bool,
    now: Instant,
    next_frame: Instant,
    /// The peers that the game has accepted.
    guests: Vec<Peer>,
    came: usize,
    left: usize,
    most: f64,
}

impl<S: ServerEndpoint> Fixture<S> {
    fn new(server: S, lets_in: bool) -> Self {
        let now = Instant::now();
        Self { server, lets_in, now, next_frame: now, guests: Vec::new(), came: 0, left: 0, most: 0.0 }
    }

    fn give(&mut self, datagram: &[u8]) {
        self.came += datagram.len();
        self.server.handle_datagram(self.now, victim(), datagram);
        self.drain();
    }

    fn run_until(&mut self, end: Instant) {
        while self.now < end {
            let due = self.server.wants_poll_at().unwrap_or(end).max(self.now + Duration::from_millis(1));
            self.now = due.min(self.next_frame.max(self.now)).min(end);
            if self.server.wants_poll_at().is_some_and(|at| at <= self.now) {
                self.server.handle_timeout(self.now);
            }
            if self.now >= self.next_frame {
                self.speak();
            }
            self.drain();
        }
    }

    fn speak(&mut self) {
        self.next_frame = self.now + FRAME;
        let channels = self.server.voice_channels();
        for &guest in &self.guests {
            self.server.send(self.now, &[guest], channels.unreliable, &UNRELIABLE);
            self.server.send(self.now, &[guest], channels.reliable, &RELIABLE);
        }
    }

    fn drain(&mut self) {
        let mut bytes = Vec::new();
        while let Some(event) = self.server.poll_event(self.now, &mut bytes) {
            match event {
                ServerLinkEvent::Connected { peer, .. } if self.lets_in => {
                    self.server.accept(self.now, peer, &[]);
                    self.guests.push(peer);
                }
                ServerLinkEvent::Connected { peer, .. } => {
                    self.server.disconnect(self.now, peer, "the server is not open to all");
                }
                ServerLinkEvent::Packet { .. } => {}
                ServerLinkEvent::Disconnected { peer, .. } => {
                    self.guests.retain(|guest| *guest != peer);
                }
            }
        }
        bytes.clear();
        while let Some(to) = self.server.poll_transmit(self.now, &mut bytes) {
            assert_eq!(to, victim(), "nothing is sent elsewhere");
            self.left += bytes.len();
            bytes.clear();
        }
        self.most = self.most.max(self.left as f64 / self.came.max(1) as f64);
    }
}

fn victim() -> SocketAddr {
    ([10, 0, 0, 66], 443).into()
}
