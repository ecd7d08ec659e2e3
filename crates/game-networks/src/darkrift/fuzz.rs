//! The body of the fuzz target `darkrift_streams`: what peers and pending connections say, to a server's half and to a
//! client's.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use consonance_link::{DisconnectReason, Peer};
use consonance_wire::fuzz_tape::Tape;

use crate::darkrift::{
    ClientSettings, Connector, ConnectorEvent, ConnectorOrder, Listener, ListenerEvent, ListenerOrder,
    ServerSettings,
};

/// Each step is a byte for the connection and the action, one for a length, and that many bytes of data.
///
/// # Panics
/// If one of the halves does what it must not.
pub fn darkrift_streams(bytes: &[u8]) {
    let mut tape = Tape::new(bytes);
    let start = Instant::now();
    let mut server = Server::new();
    let mut client = Client::new(start);
    let mut now = start;
    while !tape.is_empty() {
        let (what, said) = (tape.byte(), tape.counted());
        now += Duration::from_millis(said.len() as u64 * 10);
        server.step(now, what >> 4, what & 15, said);
        client.step(now, what & 1 == 0, said);
    }
}

const CONNECTIONS_MAX: usize = 6;
const HANDSHAKES_MAX: usize = 4;

struct Server {
    listener: Listener,
    streams: BTreeMap<Peer, Stream>,
    /// The driver rejects more. Finished streams stay until their last bytes are delivered.
    streams_max: usize,
    next_peer: u64,
}

#[derive(Default)]
struct Stream {
    unread: Vec<u8>,
    token: Vec<u8>,
    is_connected: bool,
    is_finished: bool,
}

impl Server {
    fn new() -> Self {
        let settings = ServerSettings {
            connections_max: CONNECTIONS_MAX,
            handshakes_max: HANDSHAKES_MAX,
            ..ServerSettings::default()
        };
        Self {
            streams_max: settings.tcp().connections_max,
            listener: Listener::new(settings, &[9; 32]),
            streams: BTreeMap::new(),
            next_peer: 1,
        }
    }

    fn step(&mut self, now: Instant, which: u8, what: u8, said: &[u8]) {
        let address = SocketAddr::from(([192, 0, 2, 1 + which % 3], 1000 + u16::from(which % 4)));
        let peer = self.streams.keys().nth(usize::from(which) % self.streams.len().max(1)).copied();
        match (what, peer) {
            (0 | 1, _) => self.open(now, address),
            (2 | 3, Some(peer)) => {
                let token = self.streams[&peer].token.clone();
                self.datagram(address, &token);
            }
            (4, Some(peer)) => self.listener.accept(peer, said),
            (5..=8, Some(peer)) => self.read(peer, said),
            (9, Some(peer)) => self.listener.disconnect(peer),
            (10, Some(peer)) => self.close(peer),
            (11, _) => self.listener.handle_timeout(now),
            _ => self.datagram(address, said),
        }
        self.carry_out();
        let connected = self.streams.values().filter(|stream| stream.is_connected).count();
        assert_eq!(self.listener.counts().connected, connected as u64);
        let unfinished = self.streams.values().filter(|stream| !stream.is_finished).count();
        assert!(unfinished <= CONNECTIONS_MAX + HANDSHAKES_MAX, "connections are bounded");
    }

    fn open(&mut self, now: Instant, address: SocketAddr) {
        if self.streams.len() == self.streams_max {
            return;
        }
        let peer = Peer(self.next_peer);
        self.next_peer += 1;
        self.streams.insert(peer, Stream::default());
        self.listener.handle_opened(now, peer, address);
    }

    fn read(&mut self, peer: Peer, said: &[u8]) {
        let Some(stream) = self.streams.get_mut(&peer) else { return };
        stream.unread.extend_from_slice(said);
        loop {
            let (taken, event) = self.listener.handle_stream(peer, &stream.unread);
            if let Some(ListenerEvent::Message { message, .. }) = event {
                assert!(message.len() >= 3 && stream.is_connected && !stream.is_finished);
            }
            stream.unread.drain(..taken);
            if taken == 0 {
                break;
            }
        }
        // The driver buffers no more than the largest message.
        stream.unread.truncate(4 + 65_534);
    }

    fn datagram(&mut self, from: SocketAddr, datagram: &[u8]) {
        match self.listener.handle_datagram(from, datagram) {
            Some(ListenerEvent::Connected { peer, .. }) => {
                let stream = self.streams.get_mut(&peer).expect("a connection has a stream");
                assert!(!std::mem::replace(&mut stream.is_connected, true), "once");
            }
            Some(ListenerEvent::Message { peer, message }) => {
                let stream = &self.streams[&peer];
                assert!(message.len() >= 3 && stream.is_connected && !stream.is_finished);
            }
            None => {}
        }
    }

    fn close(&mut self, peer: Peer) {
        let Some(stream) = self.streams.remove(&peer) else { return };
        let reported = self.listener.handle_closed(peer, DisconnectReason::ClosedByUs);
        assert_eq!(reported.is_some(), stream.is_connected, "a reported connection ends once");
    }

    fn carry_out(&mut self) {
        while let Some(order) = self.listener.poll_order() {
            match order {
                ListenerOrder::Write(peer, bytes) => {
                    let stream = self.streams.get_mut(&peer).expect("only streams are written to");
                    if stream.token.is_empty() {
                        stream.token = bytes;
                    }
                }
                ListenerOrder::Datagram(_, datagram) => assert!(datagram.len() <= 12),
                ListenerOrder::Finish(peer) => {
                    self.streams.get_mut(&peer).expect("it is there").is_finished = true;
                }
                ListenerOrder::Abort(peer) => {
                    let stream = self.streams.remove(&peer).expect("it is there");
                    assert!(!stream.is_connected, "only pending connections are closed without a goodbye");
                }
            }
        }
    }
}

struct Client {
    connector: Connector,
    unread: Vec<u8>,
    is_up: bool,
    is_over: bool,
}

impl Client {
    fn new(now: Instant) -> Self {
        let connector = Connector::new(now, ClientSettings::new(([192, 0, 2, 9], 4296).into()));
        Self { connector, unread: Vec::new(), is_up: false, is_over: false }
    }

    fn step(&mut self, now: Instant, is_stream: bool, said: &[u8]) {
        self.connector.handle_timeout(now);
        if is_stream {
            self.unread.extend_from_slice(said);
            loop {
                let (taken, event) = self.connector.handle_stream(now, &self.unread);
                self.is_up |= check(event, self.is_up);
                self.unread.drain(..taken);
                if taken == 0 {
                    break;
                }
            }
            self.unread.truncate(4 + 1024 * 1024);
        } else {
            let event = self.connector.handle_datagram(said);
            assert!(!check(event, self.is_up), "datagrams connect no client");
        }
        while let Some(order) = self.connector.poll_order() {
            assert!(!self.is_over, "nothing is to be done for what is over");
            self.is_over = matches!(order, ConnectorOrder::Abort(_));
        }
        assert!(!(self.is_over && self.connector.is_up()));
    }
}

/// Whether the client connects.
fn check(event: Option<ConnectorEvent<'_>>, was_up: bool) -> bool {
    match event {
        Some(ConnectorEvent::Connected(body)) => {
            assert!(!was_up && body.len() >= 2, "once, with a number");
            true
        }
        Some(ConnectorEvent::Message(message)) => {
            assert!(was_up && message.len() >= 3);
            false
        }
        None => false,
    }
}
