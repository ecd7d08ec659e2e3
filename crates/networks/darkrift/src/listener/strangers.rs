//! Who has opened a stream and not shown its token over UDP yet.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Instant;

use consonance_transport::{HandshakeSlots, NoHandshakeSlot, Peer};

use crate::format::Token;

#[derive(Debug)]
pub(super) struct Strangers {
    places: HandshakeSlots<Peer>,
    by_token: BTreeMap<Token, Peer>,
}

impl Strangers {
    pub(super) fn new(places: usize) -> Self {
        Self { places: HandshakeSlots::new(places), by_token: BTreeMap::new() }
    }

    /// Takes a place for a stranger from this address: who had to go for it, if anybody.
    pub(super) fn take_place(
        &mut self,
        now: Instant,
        address: IpAddr,
        peer: Peer,
    ) -> Result<Option<Peer>, NoHandshakeSlot> {
        self.places.take(now, Some(address), peer)
    }

    /// The token of one that has a place.
    pub(super) fn insert(&mut self, token: Token, peer: Peer) {
        self.by_token.insert(token, peer);
    }

    pub(super) fn find(&self, token: Token) -> Option<Peer> {
        self.by_token.get(&token).copied()
    }

    pub(super) fn remove(&mut self, token: Token, address: IpAddr) {
        if let Some(peer) = self.by_token.remove(&token) {
            self.places.release(Some(address), peer);
        }
    }
}
