//! The part of both drivers between their socket and their state machine.

use std::net::SocketAddr;
use std::time::Instant;

use super::socket::DatagramSocket;

/// After this many sent messages their datagrams leave, although no turn has ended.
pub(super) const SENDS_UNFLUSHED_MAX: usize = 64;

/// The buffers of a driver, and what it has read and sent since its last turn ended.
///
/// A turn lasts until `poll_event` returns `None`: it reads a bounded number of datagrams and runs at most one timeout,
/// so that pending output leaves in between.
#[derive(Debug)]
pub(super) struct Pump {
    datagrams_per_turn: usize,
    /// Datagrams read in this turn.
    datagrams: usize,
    /// Whether a timeout has run in this turn.
    ran_timeout: bool,
    sends_unflushed: usize,
    received: Vec<u8>,
    outgoing: Vec<u8>,
}

impl Pump {
    /// A pump for datagrams of at most `datagram_bytes_max` bytes; of a longer one, one byte more is read.
    pub(super) fn new(datagrams_per_turn: usize, datagram_bytes_max: usize) -> Self {
        Self {
            datagrams_per_turn: datagrams_per_turn.max(1),
            datagrams: 0,
            ran_timeout: false,
            sends_unflushed: 0,
            received: vec![0; datagram_bytes_max + 1],
            outgoing: Vec::with_capacity(datagram_bytes_max),
        }
    }

    /// The next datagram and its sender, unless this turn has read as many as it may.
    pub(super) fn receive(&mut self, socket: &mut DatagramSocket) -> Option<(&[u8], SocketAddr)> {
        if self.datagrams >= self.datagrams_per_turn {
            return None;
        }
        let (bytes, from) = socket.receive(&mut self.received)?;
        self.datagrams += 1;
        Some((&self.received[..bytes], from))
    }

    /// Whether this timeout is to run now: it is due, and the first in this turn.
    pub(super) fn begin_timeout(&mut self, now: Instant, timeout: Option<Instant>) -> bool {
        let is_due = !self.ran_timeout && timeout.is_some_and(|timeout| timeout <= now);
        self.ran_timeout |= is_due;
        is_due
    }

    /// Ends the turn.
    pub(super) fn end_turn(&mut self) {
        (self.datagrams, self.ran_timeout) = (0, false);
    }

    /// Counts sent messages, and returns whether it is time to transmit their datagrams.
    pub(super) fn count_sends(&mut self, messages: usize) -> bool {
        self.sends_unflushed += messages;
        self.sends_unflushed >= SENDS_UNFLUSHED_MAX
    }

    /// Transmits until there is nothing left: `transmit_one` gets an empty buffer for each datagram, and returns
    /// whether there was one.
    pub(super) fn transmit(&mut self, mut transmit_one: impl FnMut(&mut Vec<u8>) -> bool) {
        self.sends_unflushed = 0;
        loop {
            self.outgoing.clear();
            if !transmit_one(&mut self.outgoing) {
                return;
            }
        }
    }
}
