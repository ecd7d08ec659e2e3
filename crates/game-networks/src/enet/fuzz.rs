//! The body of a fuzz target, which the tests run, too: arbitrary bytes as all events that can happen to both ends.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use consonance_link::gateway::MessageChannel;
use consonance_link::gateway::udp::fuzz::ReportedPeers;
use consonance_link::gateway::udp::{ClientEndpoint, ServerEndpoint};
use consonance_link::{ClientLinkEvent, ClientNetwork as _, ServerLinkEvent, ServerNetwork as _};
use consonance_wire::fuzz_tape::Tape;

use crate::enet::screening::{Command, MessageKind};
use crate::enet::{
    ChannelMode, ConnectionSettings, EnetClient, EnetClientSettings, EnetServer, EnetServerSettings,
};

/// Reads operations from the bytes and carries them out: time passes, datagrams arrive, get lost, are changed or made
/// up, both ends connect, send and leave.
///
/// # Panics
/// If the output makes no sense: a datagram too long or to an address that sent nothing, an alarm in the past, a
/// connection that begins or ends twice, a message of an unknown peer.
pub fn enet_datagrams(bytes: &[u8]) {
    let mut tape = Tape::new(bytes);
    let mut fixture = Fixture::new();
    while !tape.is_empty() {
        let operation = tape.byte();
        let place = usize::from(operation >> 4) % PLACES;
        match operation % 10 {
            0 => fixture.pass(Duration::from_millis(u64::from(tape.byte()) * u64::from(tape.byte()))),
            1 => fixture.carry_up(place, None),
            2 => fixture.carry_down(place, None),
            3 => fixture.carry_up(place, Some((tape.byte(), tape.byte()))),
            4 => fixture.carry_down(place, Some((tape.byte(), tape.byte()))),
            5 => {
                let datagram = made_up(&mut tape);
                fixture.give_server(place, &datagram);
            }
            6 => {
                let datagram = made_up(&mut tape);
                fixture.clients[place].handle_datagram(fixture.now, &datagram);
            }
            7 => fixture.client_does(place, tape.byte(), tape.byte()),
            8 => fixture.server_does(place, tape.byte(), tape.byte()),
            _ => fixture.takes_newcomers = tape.byte().is_multiple_of(2),
        }
        fixture.drain();
    }
    fixture.pass(Duration::from_mins(1));
    fixture.drain();
}

const PLACES: usize = 3;

/// The maximum number of waiting datagrams: further ones are lost.
const UNDER_WAY_MAX: usize = 64;

/// Small settings, so that limits are reached.
fn settings() -> ConnectionSettings {
    ConnectionSettings {
        channels: vec![ChannelMode::Reliable, ChannelMode::Unsequenced, ChannelMode::Sequenced],
        message_bytes_max: 20_000,
        waiting_bytes_max: 50_000,
        queued_bytes_max: 50_000,
        ..ConnectionSettings::default()
    }
}

/// A datagram with a first word that may be right, and a few commands of whole numbers that may be.
fn made_up(tape: &mut Tape<'_>) -> Vec<u8> {
    let (flags, peer, commands) = (tape.byte(), tape.byte(), tape.byte() % 4);
    let mut datagram = vec![flags & 0x70, peer % 4];
    if flags & 0x40 != 0 {
        datagram.extend_from_slice(&[0, tape.byte()]);
    }
    for _ in 0..commands {
        let (command, channel, sequence, length) =
            (tape.byte(), tape.byte() % 4, tape.byte(), tape.byte() % 50);
        datagram.extend_from_slice(&[command, if channel == 3 { 0xff } else { channel }, 0, sequence]);
        // Most fields are small numbers in two or in four bytes.
        for _ in 0..length / 2 {
            datagram.extend_from_slice(&[0, tape.byte()]);
        }
        datagram.resize(datagram.len() + usize::from(length % 2), SAID);
    }
    datagram
}

/// The byte that fills all messages.
const SAID: u8 = 0x5a;

fn address(place: usize) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 1 + place as u16).into()
}

struct Fixture {
    now: Instant,
    server: EnetServer,
    /// Whether newcomers are accepted as soon as they are reported.
    takes_newcomers: bool,
    clients: Vec<EnetClient>,
    /// Whether the client was told to connect and has not reported an end.
    is_connecting: [bool; PLACES],
    up: [VecDeque<Vec<u8>>; PLACES],
    down: [VecDeque<Vec<u8>>; PLACES],
    /// Whether anything ever came from there.
    has_spoken: [bool; PLACES],
    reported: ReportedPeers,
}

impl Fixture {
    fn new() -> Self {
        let mut server = EnetServerSettings { connection: settings(), ..EnetServerSettings::default() };
        (server.peers.connections_max, server.peers.handshakes_max) = (4, 2);
        let client = EnetClientSettings { connection: settings(), ..EnetClientSettings::default() };
        Self {
            now: Instant::now(),
            server: EnetServer::new(server, [1; 32]),
            takes_newcomers: true,
            clients: (0..PLACES).map(|place| EnetClient::new(client.clone(), place as u32)).collect(),
            is_connecting: [false; PLACES],
            up: Default::default(),
            down: Default::default(),
            has_spoken: [false; PLACES],
            reported: ReportedPeers::default(),
        }
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        if self.server.wants_poll_at().is_some_and(|at| at <= self.now) {
            self.server.handle_timeout(self.now);
            self.drain();
            assert!(self.server.wants_poll_at().is_none_or(|at| at > self.now), "an alarm in the past");
        }
        for place in 0..PLACES {
            let client = &mut self.clients[place];
            if client.wants_poll_at().is_some_and(|at| at <= self.now) {
                client.handle_timeout(self.now);
                self.drain();
                let again = self.clients[place].wants_poll_at();
                assert!(again.is_none_or(|at| at > self.now), "a client's alarm in the past");
            }
        }
    }

    fn carry_up(&mut self, place: usize, change: Option<(u8, u8)>) {
        if let Some(mut datagram) = self.up[place].pop_front() {
            spoil(&mut datagram, change);
            self.give_server(place, &datagram);
        }
    }

    fn carry_down(&mut self, place: usize, change: Option<(u8, u8)>) {
        if let Some(mut datagram) = self.down[place].pop_front() {
            spoil(&mut datagram, change);
            self.clients[place].handle_datagram(self.now, &datagram);
        }
    }

    fn give_server(&mut self, place: usize, datagram: &[u8]) {
        self.has_spoken[place] = true;
        self.server.handle_datagram(self.now, address(place), datagram);
    }

    fn client_does(&mut self, place: usize, what: u8, size: u8) {
        let client = &mut self.clients[place];
        match what % 8 {
            0 | 1 if !self.is_connecting[place] => {
                client.connect(self.now);
                self.is_connecting[place] = true;
            }
            2 => client.disconnect(self.now),
            3 => client.hang_up(self.now),
            _ => client.send(
                self.now,
                MessageChannel(u16::from(what % 4)),
                &vec![SAID; usize::from(size) * 80],
            ),
        }
    }

    fn server_does(&mut self, place: usize, what: u8, size: u8) {
        let peer = self.reported.at(address(place));
        match what % 8 {
            0 | 1 => self.server.accept(self.now, peer, &[]),
            2 => self.server.disconnect(self.now, peer, "enough"),
            3 if size > 250 => self.server.shutdown(self.now),
            _ => self.server.send(
                self.now,
                &[peer],
                MessageChannel(u16::from(what % 4)),
                &vec![SAID; usize::from(size) * 80],
            ),
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
            assert!(self.has_spoken[place], "nothing came from {to}");
            keep(&mut self.down[place], std::mem::take(&mut bytes));
        }
        assert_eq!(self.server.statistics().connections.connected, self.reported.count());
    }

    fn drain_client(&mut self, place: usize) {
        let mut bytes = Vec::new();
        loop {
            while let Some(event) = self.clients[place].poll_event(self.now, &mut bytes) {
                assert!(self.is_connecting[place], "{event:?} without a connection");
                self.is_connecting[place] = !matches!(event, ClientLinkEvent::Disconnected { .. });
            }
            bytes.clear();
            if !self.clients[place].poll_transmit(self.now, &mut bytes) {
                break;
            }
            keep(&mut self.up[place], std::mem::take(&mut bytes));
        }
    }
}

fn keep(under_way: &mut VecDeque<Vec<u8>>, datagram: Vec<u8>) {
    assert!(datagram.len() <= usize::from(settings().mtu), "{} bytes", datagram.len());
    if under_way.len() < UNDER_WAY_MAX {
        under_way.push_back(datagram);
    }
}

/// Flips one bit.
fn spoil(datagram: &mut [u8], change: Option<(u8, u8)>) {
    if let Some((at, bit)) = change
        && let Some(byte) = datagram.get_mut(usize::from(at))
    {
        *byte ^= 1 << (bit % 8);
    }
}

/// The kinds of commands that the server tells apart, for a test that has the worst case of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandKind {
    /// Asks for a connection.
    Connect,
    /// Answers that.
    VerifyConnect,
    /// Something has arrived.
    Acknowledge,
    /// A goodbye.
    Disconnect,
    /// A reliable message that fits into a datagram.
    Reliable,
    /// The same, unreliable.
    Unreliable,
    /// The same, in any order.
    Unsequenced,
    /// A part of a reliable message.
    ReliableFragment,
    /// A part of an unreliable one.
    UnreliableFragment,
    /// All others, which are ENet's own.
    Other,
}

impl CommandKind {
    /// The kind of a command; `None` if the bytes are none.
    pub fn of(command: &[u8]) -> Option<Self> {
        Some(match Command::parse(command)? {
            Command::Connect(_) => Self::Connect,
            Command::VerifyConnect { .. } => Self::VerifyConnect,
            Command::Acknowledge { .. } => Self::Acknowledge,
            Command::Disconnect => Self::Disconnect,
            Command::Message(message) => match message.kind {
                MessageKind::Reliable => Self::Reliable,
                MessageKind::Unreliable => Self::Unreliable,
                MessageKind::Unsequenced => Self::Unsequenced,
            },
            Command::Fragment(fragment) if fragment.is_reliable => Self::ReliableFragment,
            Command::Fragment(_) => Self::UnreliableFragment,
            Command::Other => Self::Other,
        })
    }
}
