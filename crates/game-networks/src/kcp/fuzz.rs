//! The body of a fuzz target, which the tests run, too: arbitrary bytes as all events that can happen to a server
//! with several clients, and to those.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use consonance_link::gateway::udp::fuzz::ReportedPeers;
use consonance_link::gateway::udp::{ClientEndpoint, ServerEndpoint};
use consonance_link::{ClientLinkEvent, ClientNetwork as _, ServerLinkEvent, ServerNetwork as _};
use consonance_wire::fuzz_tape::Tape;

use crate::kcp::{
    Command, DATAGRAM_BYTES_MAX, Generation, KcpClient, KcpClientSettings, KcpServer, KcpServerSettings,
    RELIABLE_CHANNEL, Segment, UNRELIABLE_CHANNEL,
};

/// Reads operations from the bytes and carries them out.
///
/// # Panics
/// If the output makes no sense: datagrams too long or to an address that sent nothing, events that do not follow
/// from each other, machines that want to be polled again at once forever.
pub fn kcp_datagrams(bytes: &[u8]) {
    let mut tape = Tape::new(bytes);
    let mut fixture = Fixture::new();
    while !tape.is_empty() {
        let operation = tape.byte();
        let place = usize::from(tape.byte()) % PLACES;
        match operation % 10 {
            0 => fixture.pass(Duration::from_millis(u64::from(tape.byte()) * u64::from(tape.byte()))),
            1 => fixture.carry_up(place, tape.byte()),
            2 => fixture.carry_down(place, tape.byte()),
            3 => fixture.give_server(place, tape.counted()),
            4 => fixture.give_client(place, tape.counted()),
            5 => {
                let datagram = fixture.segment(place, [(); 8].map(|()| tape.byte()));
                fixture.give_server(place, &datagram);
            }
            6 => {
                let datagram = fixture.segment(place, [(); 8].map(|()| tape.byte()));
                fixture.give_client(place, &datagram);
            }
            7 => fixture.client_does(place, tape.byte(), usize::from(tape.byte()) * 20),
            8 => fixture.server_does(place, tape.byte(), usize::from(tape.byte()) * 20),
            _ => fixture.takes_newcomers = tape.byte().is_multiple_of(2),
        }
        fixture.drain();
    }
}

/// The number of clients, one of each generation.
const PLACES: usize = 4;

struct Fixture {
    now: Instant,
    server: KcpServer,
    /// Whether newcomers are accepted as soon as they are reported.
    takes_newcomers: bool,
    places: [Place; PLACES],
    reported: ReportedPeers,
}

struct Place {
    client: KcpClient,
    generation: Generation,
    /// Whether the client was told to connect and has not reported an end.
    is_connecting: bool,
    has_spoken: bool,
    /// The cookie in the server's datagrams for this place.
    cookie: [u8; 4],
    up: VecDeque<Vec<u8>>,
    down: VecDeque<Vec<u8>>,
}

fn address(place: usize) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 1 + place as u16).into()
}

impl Fixture {
    fn new() -> Self {
        let places = Generation::ALL.map(|generation| Place {
            client: KcpClient::new(KcpClientSettings { generation, ..KcpClientSettings::default() }),
            generation,
            is_connecting: false,
            has_spoken: false,
            cookie: [0; 4],
            up: VecDeque::new(),
            down: VecDeque::new(),
        });
        let server = KcpServer::new(KcpServerSettings::default(), [7; 32]);
        Self {
            now: Instant::now(),
            server,
            takes_newcomers: true,
            places,
            reported: ReportedPeers::default(),
        }
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        if self.server.wants_poll_at().is_some_and(|at| at <= self.now) {
            self.server.handle_timeout(self.now);
            self.drain();
            assert!(
                self.server.wants_poll_at().is_none_or(|at| at > self.now),
                "the server wants to be asked"
            );
        }
        for place in 0..PLACES {
            let client = &mut self.places[place].client;
            if client.wants_poll_at().is_some_and(|at| at <= self.now) {
                client.handle_timeout(self.now);
                self.drain();
                let again = self.places[place].client.wants_poll_at();
                assert!(again.is_none_or(|at| at > self.now), "a client wants to be asked");
            }
        }
    }

    /// Delivers the oldest datagram in flight, perhaps changed.
    fn carry_up(&mut self, place: usize, change: u8) {
        if let Some(mut datagram) = self.places[place].up.pop_front() {
            spoil(&mut datagram, change);
            self.give_server(place, &datagram);
        }
    }

    fn carry_down(&mut self, place: usize, change: u8) {
        if let Some(mut datagram) = self.places[place].down.pop_front() {
            spoil(&mut datagram, change);
            self.give_client(place, &datagram);
        }
    }

    fn give_server(&mut self, place: usize, datagram: &[u8]) {
        self.places[place].has_spoken = true;
        self.server.handle_datagram(self.now, address(place), datagram);
    }

    fn give_client(&mut self, place: usize, datagram: &[u8]) {
        self.places[place].client.handle_datagram(self.now, datagram);
    }

    /// A datagram with one segment and the right cookie.
    fn segment(&self, place: usize, seed: [u8; 8]) -> Vec<u8> {
        let [command, fragments_after, window, time_ms, number, expected, opcode, length] = seed;
        let mut datagram = vec![1];
        if self.places[place].generation.has_cookies() {
            datagram.extend_from_slice(&self.places[place].cookie);
        }
        let commands = [Command::Push, Command::Acknowledge, Command::AskWindow, Command::TellWindow];
        Segment {
            command: commands[usize::from(command) % commands.len()],
            fragments_after,
            window: window.into(),
            time_ms: time_ms.into(),
            number: number.into(),
            expected: expected.into(),
            payload: &vec![opcode; usize::from(length)],
        }
        .write(&mut datagram);
        datagram
    }

    fn client_does(&mut self, place: usize, what: u8, size: usize) {
        let Place { client, is_connecting, .. } = &mut self.places[place];
        match what % 6 {
            0 if !*is_connecting => {
                client.connect(self.now);
                *is_connecting = true;
            }
            1 => client.disconnect(self.now),
            2 => client.hang_up(self.now),
            3 => client.send(self.now, UNRELIABLE_CHANNEL, &vec![what; size]),
            _ => client.send(self.now, RELIABLE_CHANNEL, &vec![what; size * 10]),
        }
    }

    fn server_does(&mut self, place: usize, what: u8, size: usize) {
        let peer = self.reported.at(address(place));
        match what % 6 {
            0 => self.server.accept(self.now, peer, &[]),
            1 => self.server.disconnect(self.now, peer, "enough"),
            2 if what > 250 => self.server.shutdown(self.now),
            3 => self.server.send(self.now, &[peer], UNRELIABLE_CHANNEL, &vec![what; size]),
            _ => self.server.send(self.now, &[peer], RELIABLE_CHANNEL, &vec![what; size * 10]),
        }
    }

    fn drain(&mut self) {
        self.drain_server();
        for place in 0..PLACES {
            self.drain_client(place);
        }
    }

    fn drain_server(&mut self) {
        let mut bytes = Vec::new();
        loop {
            while let Some(event) = self.server.poll_event(self.now, &mut bytes) {
                self.reported.note(&event);
                if let ServerLinkEvent::Connected { peer, .. } = event
                    && self.takes_newcomers
                {
                    self.server.accept(self.now, peer, &[]);
                }
            }
            bytes.clear();
            let Some(to) = self.server.poll_transmit(self.now, &mut bytes) else { break };
            let place = usize::from(to.port()) - 1;
            let Place { has_spoken, cookie, down, .. } = &mut self.places[place];
            assert!(*has_spoken, "nothing came from {to}");
            assert!(bytes.len() <= DATAGRAM_BYTES_MAX, "{} bytes", bytes.len());
            if let Some(seen) = bytes.get(1..5).and_then(|seen| seen.try_into().ok()) {
                *cookie = seen;
            }
            down.push_back(std::mem::take(&mut bytes));
        }
        assert_eq!(self.server.statistics().connections.connected, self.reported.count());
    }

    fn drain_client(&mut self, place: usize) {
        let Place { client, is_connecting, up, .. } = &mut self.places[place];
        let mut bytes = Vec::new();
        loop {
            while let Some(event) = client.poll_event(self.now, &mut bytes) {
                assert!(*is_connecting, "{event:?} without a connection");
                *is_connecting = !matches!(event, ClientLinkEvent::Disconnected { .. });
            }
            bytes.clear();
            if !client.poll_transmit(self.now, &mut bytes) {
                break;
            }
            assert!(bytes.len() <= DATAGRAM_BYTES_MAX, "{} bytes", bytes.len());
            up.push_back(std::mem::take(&mut bytes));
        }
    }
}

/// Flips one bit, or most of the time none.
fn spoil(datagram: &mut [u8], change: u8) {
    if change >= 128
        && let Some(byte) = datagram.get_mut(usize::from(change - 128) / 2)
    {
        *byte ^= 1 << (change % 8);
    }
}
