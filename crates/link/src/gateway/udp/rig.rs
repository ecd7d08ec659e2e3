//! For tests of UDP protocols: one server's machine and many clients' on simulated time, with a seeded
//! network between them that loses, delays, overtakes and doubles.
//!
//! Nothing sleeps: [`Rig::run_until`] goes from one due moment to the next, and the same seed gives the same run.

mod cable;
mod unproved;
mod wire;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use crate::{ClientLinkEvent, DisconnectReason, Peer, ServerLinkEvent};

use super::{ClientEndpoint, ServerEndpoint};
use crate::gateway::MessageChannel;

pub use cable::Cable;
pub use unproved::{bytes_out_per_byte_in, documented_bytes_out};
pub use wire::LinkConditions;
use wire::{Datagram, Wire};

/// How much simulated time anything may take before [`Rig::run_until`] panics.
const PATIENCE: Duration = Duration::from_mins(2);

/// An event of one connection, as an endpoint reported it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saw {
    /// It connected, with this greeting.
    Connected(Vec<u8>),
    /// A message came.
    Message(MessageChannel, Vec<u8>),
    /// It ended.
    Disconnected(DisconnectReason),
}

/// A server's machine, clients' machines, and what is between them.
#[derive(Debug)]
pub struct Rig<S, C> {
    /// The server.
    pub server: S,
    /// Whether newcomers are refused from now on.
    pub refuses: bool,
    /// Everything the server reported, in order.
    pub server_saw: Vec<(Peer, Saw)>,
    /// Datagrams that the server sent to an address of no client.
    pub astray: Vec<(SocketAddr, Vec<u8>)>,
    clients: Vec<Seat<C>>,
    wire: Wire,
    now: Instant,
}

/// One client and what it reported.
#[derive(Debug)]
pub struct Seat<C> {
    /// The client.
    pub endpoint: C,
    /// The client's address.
    pub address: SocketAddr,
    /// Everything it reported, in order.
    pub saw: Vec<Saw>,
    /// Whether nothing goes to it or comes from it, as when a cable is pulled.
    pub is_cut: bool,
}

impl<S: ServerEndpoint, C: ClientEndpoint> Rig<S, C> {
    /// A server without clients, on a network with these conditions in both directions.
    pub fn new(server: S, conditions: LinkConditions, seed: u64) -> Self {
        Self {
            server,
            refuses: false,
            server_saw: Vec::new(),
            astray: Vec::new(),
            clients: Vec::new(),
            wire: Wire::new(conditions, seed),
            now: Instant::now(),
        }
    }

    /// The present moment.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Changes the network's conditions from now on.
    pub fn set_conditions(&mut self, conditions: LinkConditions) {
        self.wire.conditions = conditions;
    }

    /// A client that begins to connect from an address of its own, with this greeting.
    pub fn add_client(&mut self, mut endpoint: C, greeting: &[u8]) -> usize {
        let number = self.clients.len();
        endpoint.set_greeting(greeting);
        endpoint.connect(self.now);
        let host = Ipv4Addr::from(0x0a00_0001 + number as u32);
        let address = SocketAddr::from((host, 5000));
        self.clients.push(Seat { endpoint, address, saw: Vec::new(), is_cut: false });
        number
    }

    /// A client that is connected, and its name at the server.
    ///
    /// # Panics
    /// When two minutes of simulated time were not enough.
    pub fn connect_client(&mut self, endpoint: C, greeting: &[u8]) -> (usize, Peer) {
        let known = self.server_saw.len();
        let client = self.add_client(endpoint, greeting);
        self.run_until("a client connects", |rig| {
            rig.clients[client].saw.iter().any(|saw| matches!(saw, Saw::Connected(_)))
        });
        let newcomer = self.server_saw[known..].iter().find(|(_, saw)| matches!(saw, Saw::Connected(_)));
        (client, newcomer.expect("a connected client was reported").0)
    }

    /// One of the clients.
    pub fn client(&mut self, client: usize) -> &mut Seat<C> {
        &mut self.clients[client]
    }

    /// Everything a client reported, in order.
    pub fn client_saw(&self, client: usize) -> &[Saw] {
        &self.clients[client].saw
    }

    /// The events that the server reported for one peer, in order.
    pub fn saw_of(&self, peer: Peer) -> Vec<&Saw> {
        self.server_saw.iter().filter(|(of, _)| *of == peer).map(|(_, saw)| saw).collect()
    }

    /// Gives the server a datagram as if it came from this address, now.
    pub fn inject(&mut self, from: SocketAddr, datagram: &[u8]) {
        self.server.handle_datagram(self.now, from, datagram);
        self.drain();
    }

    /// Runs until it is so.
    ///
    /// # Panics
    /// When two minutes of simulated time were not enough.
    pub fn run_until(&mut self, what: &str, mut is_so: impl FnMut(&mut Self) -> bool) {
        let deadline = self.now + PATIENCE;
        self.drain();
        while !is_so(self) {
            assert!(self.now < deadline, "not within {PATIENCE:?}: {what}");
            self.step(deadline);
        }
    }

    /// Runs for this long.
    pub fn run_for(&mut self, time: Duration) {
        let end = self.now + time;
        self.drain();
        while self.now < end {
            self.step(end);
        }
    }

    /// Goes to the next moment at which there is something to do, but not beyond `end`.
    fn step(&mut self, end: Instant) {
        let timeouts = self.clients.iter().filter_map(|seat| seat.endpoint.wants_poll_at());
        let next = timeouts.chain(self.server.wants_poll_at()).chain(self.wire.next_arrival()).min();
        // Overdue timers are polled a millisecond later, so that no endpoint can stop the clock.
        let soonest = self.now + Duration::from_millis(1);
        self.now = next.unwrap_or(end).max(soonest).min(end);
        while let Some(datagram) = self.wire.take(self.now) {
            self.deliver(&datagram);
            self.take_events();
        }
        if self.server.wants_poll_at().is_some_and(|at| at <= self.now) {
            self.server.handle_timeout(self.now);
        }
        for seat in &mut self.clients {
            if seat.endpoint.wants_poll_at().is_some_and(|at| at <= self.now) {
                seat.endpoint.handle_timeout(self.now);
            }
        }
        self.drain();
    }

    fn deliver(&mut self, datagram: &Datagram) {
        let at = |seat: &&mut Seat<C>| seat.address == datagram.client;
        let Some(seat) = self.clients.iter_mut().find(at).filter(|seat| !seat.is_cut) else { return };
        if datagram.is_to_server {
            self.server.handle_datagram(self.now, datagram.client, &datagram.bytes);
        } else {
            seat.endpoint.handle_datagram(self.now, &datagram.bytes);
        }
    }

    /// Takes everything out of the machines.
    fn drain(&mut self) {
        self.take_events();
        let mut bytes = Vec::new();
        while let Some(to) = self.server.poll_transmit(self.now, &mut bytes) {
            assert!(bytes.len() <= S::DATAGRAM_BYTES_MAX, "the server sends {} bytes", bytes.len());
            let datagram = Datagram { client: to, is_to_server: false, bytes: std::mem::take(&mut bytes) };
            if self.clients.iter().any(|seat| seat.address == to) {
                self.wire.send(self.now, datagram);
            } else {
                self.astray.push((to, datagram.bytes));
            }
        }
        for seat in &mut self.clients {
            while seat.endpoint.poll_transmit(self.now, &mut bytes) {
                assert!(bytes.len() <= C::DATAGRAM_BYTES_MAX, "a client sends {} bytes", bytes.len());
                if !seat.is_cut {
                    let bytes = bytes.clone();
                    self.wire.send(self.now, Datagram { client: seat.address, is_to_server: true, bytes });
                }
                bytes.clear();
            }
        }
    }

    fn take_events(&mut self) {
        let mut bytes = Vec::new();
        while let Some(event) = self.server.poll_event(self.now, &mut bytes) {
            let bytes = std::mem::take(&mut bytes);
            let (peer, saw) = match event {
                ServerLinkEvent::Connected { peer, .. } => {
                    if self.refuses {
                        self.server.disconnect(self.now, peer, "");
                    } else {
                        self.server.accept(self.now, peer, &[]);
                    }
                    (peer, Saw::Connected(bytes))
                }
                ServerLinkEvent::Packet { peer, channel } => (peer, Saw::Message(channel, bytes)),
                ServerLinkEvent::Disconnected { peer, reason } => (peer, Saw::Disconnected(reason)),
            };
            self.server_saw.push((peer, saw));
        }
        for seat in &mut self.clients {
            while let Some(event) = seat.endpoint.poll_event(self.now, &mut bytes) {
                let bytes = std::mem::take(&mut bytes);
                let saw = match event {
                    ClientLinkEvent::Connected => Saw::Connected(bytes),
                    ClientLinkEvent::Packet { channel } => Saw::Message(channel, bytes),
                    ClientLinkEvent::Disconnected { reason } => Saw::Disconnected(reason),
                    ClientLinkEvent::Direct { .. } => continue,
                };
                seat.saw.push(saw);
            }
        }
    }
}
