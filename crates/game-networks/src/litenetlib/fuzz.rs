//! The body of a fuzz target, which the tests run, too: arbitrary bytes as all events that can happen to both ends.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant, SystemTime};

use consonance_link::gateway::MessageChannel;
use consonance_link::gateway::udp::fuzz::ReportedPeers;
use consonance_link::gateway::udp::{ClientEndpoint, ServerEndpoint};
use consonance_link::{ClientLinkEvent, ClientNetwork as _, Peer, ServerLinkEvent, ServerNetwork as _};
use consonance_wire::fuzz_tape::Tape;

use crate::litenetlib::{
    ClientSettings, ConnectionKey, LiteNetLibClient, LiteNetLibServer, ServerSettings, UtcClock,
};

const CLIENTS: usize = 2;

/// The maximum number of waiting datagrams: further ones are lost.
const UNDER_WAY_MAX: usize = 64;

/// Reads operations from the bytes and carries them out: time passes, datagrams arrive, get lost, are changed or made
/// up, both ends connect, send and leave.
///
/// # Panics
/// If the output makes no sense: a datagram too long, a time in the past, a connection that begins or ends twice, a
/// message of an unknown peer.
pub fn litenetlib_datagrams(bytes: &[u8]) {
    let mut tape = Tape::new(bytes);
    let mut fixture = Fixture::new();
    while !tape.is_empty() {
        let operation = tape.byte();
        let client = usize::from(operation >> 4) % CLIENTS;
        match operation % 10 {
            0 => fixture.pass(Duration::from_millis(u64::from(tape.byte()) * u64::from(tape.byte()))),
            1 => fixture.carry_up(client, None),
            2 => fixture.carry_down(client, None),
            3 => fixture.carry_up(client, Some((tape.byte(), tape.byte()))),
            4 => fixture.carry_down(client, Some((tape.byte(), tape.byte()))),
            5 => {
                let from = address(tape.byte().into());
                fixture.server.handle_datagram(fixture.now, from, tape.counted());
            }
            6 => fixture.clients[client].handle_datagram(fixture.now, tape.counted()),
            7 => fixture.client_sends(client, tape.byte(), usize::from(tape.byte()) * 20),
            8 => fixture.server_sends(tape.byte(), tape.byte(), usize::from(tape.byte()) * 20),
            _ => fixture.connect_or_leave(client, tape.byte()),
        }
        fixture.drain();
    }
    fixture.pass(Duration::from_mins(1));
    fixture.drain();
}

struct Fixture {
    now: Instant,
    server: LiteNetLibServer,
    clients: Vec<LiteNetLibClient>,
    /// Whether an attempt of the client was started whose end was not reported.
    is_trying: [bool; CLIENTS],
    up: Vec<VecDeque<Vec<u8>>>,
    down: Vec<VecDeque<Vec<u8>>>,
    reported: ReportedPeers,
}

fn address(number: usize) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 1 + (number % (CLIENTS + 2)) as u16).into()
}

impl Fixture {
    fn new() -> Self {
        let now = Instant::now();
        let clock = UtcClock::new(now, SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000));
        let mut settings =
            ServerSettings { key: ConnectionKey::Any, serves_v2: true, ..ServerSettings::default() };
        settings.connection.reliable_packets_waiting = 32;
        let clients = || (0..CLIENTS).map(|_| LiteNetLibClient::new(ClientSettings::default(), clock));
        Self {
            now,
            server: LiteNetLibServer::new(settings, clock, [1; 32]),
            clients: clients().collect(),
            is_trying: [false; CLIENTS],
            up: vec![VecDeque::new(); CLIENTS],
            down: vec![VecDeque::new(); CLIENTS],
            reported: ReportedPeers::default(),
        }
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.server.handle_timeout(self.now);
        assert!(self.server.wants_poll_at().is_none_or(|at| at > self.now), "a time in the past");
        for client in &mut self.clients {
            for _ in 0..3 {
                if client.wants_poll_at().is_some_and(|at| at <= self.now) {
                    client.handle_timeout(self.now);
                }
            }
            assert!(client.wants_poll_at().is_none_or(|at| at > self.now), "a client's time in the past");
        }
    }

    fn carry_up(&mut self, client: usize, change: Option<(u8, u8)>) {
        if let Some(mut datagram) = self.up[client].pop_front() {
            spoil(&mut datagram, change);
            self.server.handle_datagram(self.now, address(client), &datagram);
        }
    }

    fn carry_down(&mut self, client: usize, change: Option<(u8, u8)>) {
        if let Some(mut datagram) = self.down[client].pop_front() {
            spoil(&mut datagram, change);
            self.clients[client].handle_datagram(self.now, &datagram);
        }
    }

    fn client_sends(&mut self, client: usize, channel: u8, bytes: usize) {
        let channel = MessageChannel(u16::from(channel % 5) * 64);
        self.clients[client].send(self.now, channel, &vec![channel.0 as u8; bytes]);
    }

    fn server_sends(&mut self, peer: u8, channel: u8, bytes: usize) {
        // Any peer that has ever connected.
        let peer = Peer(1 + u64::from(peer) % self.reported.last().0.max(1));
        let channel =
            if channel >= 4 { crate::litenetlib::UNRELIABLE } else { MessageChannel(u16::from(channel)) };
        self.server.send(self.now, &[peer], channel, &vec![5; bytes]);
    }

    fn connect_or_leave(&mut self, client: usize, choice: u8) {
        match choice % 4 {
            0 => self.clients[client].disconnect(self.now),
            1 => self.server.disconnect(self.now, self.reported.last(), "bye"),
            _ if !self.is_trying[client] => {
                self.is_trying[client] = true;
                self.clients[client].connect(self.now);
            }
            _ => {}
        }
    }

    fn drain(&mut self) {
        let mut bytes = Vec::new();
        while let Some(event) = self.server.poll_event(self.now, &mut bytes) {
            self.reported.note(&event);
            if let ServerLinkEvent::Connected { peer, .. } = event {
                self.server.accept(self.now, peer, &[]);
            }
        }
        for (client, is_trying) in self.clients.iter_mut().zip(&mut self.is_trying) {
            while let Some(event) = client.poll_event(self.now, &mut bytes) {
                assert!(*is_trying, "{event:?} of a connection that has ended");
                *is_trying = !matches!(event, ClientLinkEvent::Disconnected { .. });
            }
        }
        bytes.clear();
        while let Some(to) = self.server.poll_transmit(self.now, &mut bytes) {
            assert!(bytes.len() <= LiteNetLibServer::DATAGRAM_BYTES_MAX);
            let datagram = std::mem::take(&mut bytes);
            if let Some(client) = (0..CLIENTS).find(|client| address(*client) == to) {
                put(&mut self.down[client], datagram);
            }
        }
        for (client, up) in self.clients.iter_mut().zip(&mut self.up) {
            while client.poll_transmit(self.now, &mut bytes) {
                assert!(bytes.len() <= LiteNetLibClient::DATAGRAM_BYTES_MAX);
                put(up, std::mem::take(&mut bytes));
            }
        }
    }
}

fn put(queue: &mut VecDeque<Vec<u8>>, datagram: Vec<u8>) {
    if queue.len() < UNDER_WAY_MAX {
        queue.push_back(datagram);
    }
}

/// Changes one byte.
fn spoil(datagram: &mut [u8], change: Option<(u8, u8)>) {
    if let Some((at, bits)) = change
        && !datagram.is_empty()
    {
        let at = usize::from(at) % datagram.len();
        datagram[at] ^= bits;
    }
}
