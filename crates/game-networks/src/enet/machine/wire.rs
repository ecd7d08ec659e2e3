//! A substitute for ENet's socket: one incoming datagram, and those to be sent.

use std::collections::BTreeMap;
use std::convert::Infallible;

use consonance_link::gateway::udp::{BytesQueue, Credit};
use rusty_enet::{Address, MTU_MAX, PacketReceived, Socket};

use super::secret_clocks::SecretClocks;
use crate::enet::Dialect;
use crate::enet::screening::{bytes_until_enet_may_stop, header_bytes, set_clock_forward, set_echoes_back};

/// The connection between ENet and the driver.
#[derive(Debug)]
pub(crate) struct Wire<A> {
    dialect: Dialect,
    /// The sender of the datagram, until ENet has read it.
    incoming_from: Option<A>,
    /// The datagram in the form of stock ENet, without the commands that ENet has read.
    incoming: Vec<u8>,
    outgoing: BytesQueue<A>,
    pub(super) credits: Credits<A>,
    pub(super) clocks: SecretClocks<A>,
}

impl<A: Ord> Wire<A> {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            incoming_from: None,
            incoming: Vec::new(),
            outgoing: BytesQueue::default(),
            credits: Credits::default(),
            clocks: SecretClocks::default(),
        }
    }

    /// Takes the bytes of the datagram, and leaves a buffer for the next one in their place.
    pub(super) fn receive(&mut self, from: A, datagram: &mut Vec<u8>) {
        std::mem::swap(&mut self.incoming, datagram);
        if let Some(ahead_ms) = self.clocks.ahead_ms(&from) {
            set_echoes_back(&mut self.incoming, ahead_ms);
        }
        self.incoming_from = Some(from);
    }

    pub(super) fn pop(&mut self, datagram: &mut Vec<u8>) -> Option<A> {
        self.outgoing.pop(datagram)
    }

    pub(super) fn push(&mut self, to: A, write: impl FnOnce(&mut Vec<u8>)) {
        let dialect = self.dialect;
        self.outgoing.push(to, |bytes| {
            let start = bytes.len();
            write(bytes);
            dialect.convert(&mut bytes[start..]);
        });
    }
}

impl<A: Address + Ord> Socket for Wire<A> {
    type Address = A;
    type Error = Infallible;

    fn send(&mut self, to: A, datagram: &[u8]) -> Result<usize, Infallible> {
        if self.credits.spend(&to, datagram.len()) {
            let ahead_ms = self.clocks.ahead_ms(&to);
            let mut shown_ms = None;
            self.push(to.clone(), |bytes| {
                let start = bytes.len();
                bytes.extend_from_slice(datagram);
                shown_ms = ahead_ms.and_then(|ahead_ms| set_clock_forward(&mut bytes[start..], ahead_ms));
            });
            if let Some(shown_ms) = shown_ms {
                self.clocks.note_shown(&to, shown_ms);
            }
        }
        Ok(datagram.len())
    }

    /// Hands ENet the commands of the datagram in order. ENet skips the rest of a datagram at a command that it
    /// rejects, and takes each command as sent after those before it: so the commands after one that it might reject
    /// form a datagram of their own.
    fn receive(&mut self, buffer: &mut [u8; MTU_MAX]) -> Result<Option<(A, PacketReceived)>, Infallible> {
        Ok(self.incoming_from.take().map(|from| {
            let header = header_bytes(&self.incoming);
            let bytes = (header + bytes_until_enet_may_stop(&self.incoming[header..])).min(MTU_MAX);
            buffer[..bytes].copy_from_slice(&self.incoming[..bytes]);
            self.incoming.drain(header..bytes);
            if self.incoming.len() > header {
                self.incoming_from = Some(from.clone());
            }
            (from, PacketReceived::Complete(bytes))
        }))
    }
}

/// The bytes that may still be sent to unproved addresses.
#[derive(Debug)]
pub(crate) struct Credits<A>(BTreeMap<A, Credit>);

impl<A: Ord> Credits<A> {
    /// A datagram of this many bytes arrived from an unproved address.
    pub(crate) fn earn(&mut self, at: A, bytes: usize) {
        self.0.entry(at).or_default().earn(bytes);
    }

    /// The address is proved, or no longer has a peer.
    pub(crate) fn forget(&mut self, at: &A) {
        self.0.remove(at);
    }

    fn spend(&mut self, at: &A, bytes: usize) -> bool {
        self.0.get_mut(at).is_none_or(|credit| credit.spend(bytes))
    }
}

impl<A> Default for Credits<A> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}
