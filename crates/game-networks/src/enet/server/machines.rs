//! ENet's machines, each shared by a few clients: ENet iterates over all of its peers, connected or not, with each
//! datagram.

use std::net::SocketAddr;
use std::time::Instant;

use consonance_link::Peer;
use rusty_enet::PeerState;

use crate::enet::ConnectionSettings;
use crate::enet::machine::{Clock, EnetPeer, Machine};

/// The location of a client: its machine, and its number there, which its datagrams carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Number {
    pub(super) machine: usize,
    pub(super) peer: u16,
}

/// A set of machines, as many as were ever needed at once.
#[derive(Debug)]
pub(super) struct Machines {
    settings: ConnectionSettings,
    all: Vec<Machine<SocketAddr>>,
    clock: Clock,
    /// The peers of each, by their numbers.
    taken: Vec<[Option<Peer>; PEERS]>,
    /// The machine whose datagrams are sent next.
    turn: usize,
}

/// The number of clients that share a machine, which costs 11 KB and iterates over all of them a few times with each
/// datagram.
const PEERS: usize = 16;

impl Machines {
    /// Creates one machine. The settings are within their limits.
    pub(super) fn new(settings: ConnectionSettings) -> Self {
        let mut machines =
            Self { settings, all: Vec::new(), clock: Clock::default(), taken: Vec::new(), turn: 0 };
        machines.add();
        machines
    }

    pub(super) fn set_time(&mut self, now: Instant) {
        self.clock.set(now);
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn at(&mut self, machine: usize) -> &mut Machine<SocketAddr> {
        &mut self.all[machine]
    }

    /// ENet's peer for a client.
    pub(super) fn enet_peer(&mut self, number: Number) -> Option<&mut EnetPeer<SocketAddr>> {
        self.all.get_mut(number.machine)?.peer(number.peer)
    }

    /// The number of channels of a client, if it is connected and stays connected.
    pub(super) fn channels_of(&self, number: Number) -> Option<usize> {
        self.all.get(number.machine)?.channels_of(number.peer)
    }

    pub(super) fn peer_of(&self, number: Number) -> Option<Peer> {
        *self.taken.get(number.machine)?.get(usize::from(number.peer))?
    }

    /// Passes ENet a connection request, which it answers, in a machine where no other peer at that address has the
    /// same number. The clock that the address is shown is ahead by a secret number.
    pub(super) fn take_in(
        &mut self,
        peer: Peer,
        (remote, request): (SocketAddr, &mut Vec<u8>),
        ahead_ms: u16,
        is_free: impl Fn(Number) -> bool,
    ) -> Number {
        let mut candidates = self.taken.iter().enumerate().filter_map(|(machine, taken)| {
            // ENet assigns the first free number.
            let peer = taken.iter().position(Option::is_none)?;
            Some(Number { machine, peer: peer as u16 })
        });
        let number = candidates.find(|number| is_free(*number)).unwrap_or_else(|| {
            self.add();
            Number { machine: self.all.len() - 1, peer: 0 }
        });
        self.taken[number.machine][usize::from(number.peer)] = Some(peer);
        self.all[number.machine].clocks().begin(remote, ahead_ms);
        self.all[number.machine].receive(remote, request);
        number
    }

    /// Whether ENet has assigned the number to a client that has not proved its address yet.
    pub(super) fn is_proving(&mut self, number: Number) -> bool {
        self.enet_peer(number).is_some_and(|peer| peer.state() == PeerState::AcknowledgingConnect)
    }

    /// Frees the number of a client that ENet has dropped, whether or not it has proved its address.
    pub(super) fn free(&mut self, number: Number, remote: &SocketAddr, is_proved: bool) {
        self.all[number.machine].clocks().end(remote, is_proved);
        self.taken[number.machine][usize::from(number.peer)] = None;
    }

    /// The next datagram to send.
    pub(super) fn pop(&mut self, datagram: &mut Vec<u8>) -> Option<SocketAddr> {
        for _ in 0..self.all.len() {
            let machine = &mut self.all[self.turn];
            machine.flush();
            if let Some(to) = machine.pop(datagram) {
                return Some(to);
            }
            self.turn = (self.turn + 1) % self.all.len();
        }
        None
    }

    fn add(&mut self) {
        self.all.push(Machine::new(&self.settings, PEERS, 0, &self.clock));
        self.taken.push([None; PEERS]);
    }
}
