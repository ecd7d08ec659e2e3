//! Clients that have opened a stream and not shown their token over UDP yet.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Instant;

use consonance_link::{HandshakeSlots, NoHandshakeSlot, Peer};

use crate::darkrift::format::Token;

#[derive(Debug)]
pub(super) struct PendingHandshakes {
    slots: HandshakeSlots<Peer>,
    by_token: BTreeMap<Token, Peer>,
}

impl PendingHandshakes {
    pub(super) fn new(slots: usize) -> Self {
        Self { slots: HandshakeSlots::new(slots), by_token: BTreeMap::new() }
    }

    /// Takes a slot for a connection from this address, and returns the one that was given up for it, if any.
    pub(super) fn take_slot(
        &mut self,
        now: Instant,
        address: IpAddr,
        peer: Peer,
    ) -> Result<Option<Peer>, NoHandshakeSlot> {
        self.slots.take(now, Some(address), peer)
    }

    /// The token of one that has a slot.
    pub(super) fn insert(&mut self, token: Token, peer: Peer) {
        self.by_token.insert(token, peer);
    }

    pub(super) fn find(&self, token: Token) -> Option<Peer> {
        self.by_token.get(&token).copied()
    }

    pub(super) fn remove(&mut self, token: Token, address: IpAddr) {
        if let Some(peer) = self.by_token.remove(&token) {
            self.slots.release(Some(address), peer);
        }
    }
}
