//! The server of a protocol in UDP datagrams, and what one datagram costs it.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use consonance_link::gateway::MessageChannel;
use consonance_link::gateway::udp::{ClientEndpoint, ServerEndpoint};
use consonance_link::{ClientLinkEvent, Peer, ServerLinkEvent};

use super::{Cost, measured};

/// A server that gets its datagrams from the test, and takes all newcomers.
#[derive(Debug)]
pub struct DatagramServer<E> {
    /// The server.
    pub endpoint: E,
    /// The present moment.
    pub now: Instant,
    /// The peers that were reported, in their order.
    pub peers: Vec<Peer>,
    /// The number of messages that were reported.
    pub messages: usize,
    /// Datagrams that the server sent, the oldest first, unless they are only counted.
    pub sent: Vec<(SocketAddr, Vec<u8>)>,
    scratch: Vec<u8>,
}

/// An address; each number has one of its own.
pub fn address(number: u16) -> SocketAddr {
    (Ipv4Addr::from(0x0a00_0000 + u32::from(number)), 7777).into()
}

/// The datagrams that a client wants to send.
pub fn from_client(client: &mut impl ClientEndpoint, now: Instant) -> Vec<Vec<u8>> {
    let mut datagrams = Vec::new();
    let mut datagram = Vec::new();
    while client.poll_transmit(now, &mut datagram) {
        datagrams.push(std::mem::take(&mut datagram));
    }
    datagrams
}

impl<E: ServerEndpoint> DatagramServer<E> {
    /// A server that nobody knows yet.
    pub fn new(endpoint: E) -> Self {
        let scratch = Vec::with_capacity(1 << 20);
        let (peers, sent) = (Vec::new(), Vec::new());
        Self { endpoint, now: Instant::now(), peers, messages: 0, sent, scratch }
    }

    /// Connects a client from the address of this number; returns its peer.
    ///
    /// # Panics
    /// If they do not come to terms within ten seconds of simulated time.
    pub fn connect(&mut self, client: &mut impl ClientEndpoint, number: u16) -> Peer {
        client.connect(self.now);
        for _ in 0..1000 {
            let has_connected = self.carry(client, number);
            if has_connected {
                self.carry(client, number);
                return *self.peers.last().expect("a peer has connected");
            }
            self.pass(Duration::from_millis(10));
            client.handle_timeout(self.now);
        }
        panic!("client {number} does not connect");
    }

    /// Carries datagrams between the server and a client until there are none; returns whether the client reported
    /// that it is connected.
    pub fn carry(&mut self, client: &mut impl ClientEndpoint, number: u16) -> bool {
        let mut has_connected = false;
        loop {
            let up = from_client(client, self.now);
            for datagram in &up {
                self.give(address(number), datagram);
            }
            let down = self.take();
            for (_, datagram) in down.iter().filter(|(to, _)| *to == address(number)) {
                client.handle_datagram(self.now, datagram);
            }
            let mut bytes = Vec::new();
            while let Some(event) = client.poll_event(self.now, &mut bytes) {
                has_connected |= event == ClientLinkEvent::Connected;
                bytes.clear();
            }
            if up.is_empty() && down.is_empty() {
                return has_connected;
            }
        }
    }

    /// Handles a datagram and keeps what is sent.
    pub fn give(&mut self, from: SocketAddr, datagram: &[u8]) {
        self.endpoint.handle_datagram(self.now, from, datagram);
        self.settle(true);
    }

    /// Handles a datagram and all that follows; the steps are the events and the datagrams.
    pub fn cost(&mut self, from: SocketAddr, datagram: &[u8]) -> Cost {
        measured(|| {
            self.endpoint.handle_datagram(self.now, from, datagram);
            1 + self.settle(false)
        })
    }

    /// What the server does next without a datagram, if it wants to act at once.
    pub fn turn_cost(&mut self) -> Option<Cost> {
        self.endpoint.wants_poll_at().filter(|at| *at <= self.now)?;
        Some(measured(|| {
            self.endpoint.handle_timeout(self.now);
            1 + self.settle(false)
        }))
    }

    /// Has the server send a message to a peer, and keeps what follows.
    pub fn tell(&mut self, peer: Peer, channel: MessageChannel, message: &[u8]) {
        self.endpoint.send(self.now, &[peer], channel, message);
        self.settle(true);
    }

    /// Has the server send a message to a peer, and loses what follows.
    pub fn send(&mut self, peer: Peer, channel: MessageChannel, message: &[u8]) {
        self.endpoint.send(self.now, &[peer], channel, message);
        self.settle(false);
    }

    /// Lets time pass, to each moment at which the server wants to act.
    pub fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(at) = self.endpoint.wants_poll_at().filter(|at| *at <= until) {
            self.now = at.max(self.now);
            self.endpoint.handle_timeout(self.now);
            self.settle(true);
        }
        self.now = until;
    }

    /// Takes the datagrams that were sent.
    pub fn take(&mut self) -> Vec<(SocketAddr, Vec<u8>)> {
        std::mem::take(&mut self.sent)
    }

    /// Takes out all events and datagrams; returns how many there were.
    fn settle(&mut self, keeps: bool) -> usize {
        let mut steps = 0;
        self.scratch.clear();
        while let Some(event) = self.endpoint.poll_event(self.now, &mut self.scratch) {
            steps += 1;
            self.scratch.clear();
            match event {
                ServerLinkEvent::Connected { peer, .. } => {
                    self.peers.push(peer);
                    self.endpoint.accept(self.now, peer, &[]);
                }
                ServerLinkEvent::Packet { .. } => self.messages += 1,
                ServerLinkEvent::Disconnected { .. } => {}
            }
        }
        while let Some(to) = self.endpoint.poll_transmit(self.now, &mut self.scratch) {
            steps += 1;
            if keeps {
                self.sent.push((to, self.scratch.clone()));
            }
            self.scratch.clear();
        }
        steps
    }
}
