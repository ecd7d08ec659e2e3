//! Links of sessions that this worker no longer owns.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use consonance_link::Peer;

/// Peers that lead to another owner from now on: no more events of them are reported, and packets that their edges
/// still send are returned to the edges. Clones share the same peers.
#[derive(Clone, Debug, Default)]
pub struct ReleasedPeers(Arc<Mutex<Released>>);

#[derive(Debug, Default)]
struct Released {
    peers: Vec<Peer>,
    packets: Vec<ReturnedPacket>,
    last_number: u64,
}

/// A reliable packet that is for the next owner.
#[derive(Debug)]
pub(super) struct ReturnedPacket {
    pub(super) peer: Peer,
    pub(super) number: u64,
    pub(super) packet: Box<[u8]>,
}

impl ReleasedPeers {
    /// Releases one more peer.
    pub fn release(&self, peer: Peer) {
        self.lock().peers.push(peer);
    }

    /// Returns a packet of a peer's link, with its number among the link's packets, to the edge: it is for the next
    /// owner.
    pub fn give_back(&self, peer: Peer, number: u64, packet: Box<[u8]>) {
        self.lock().packets.push(ReturnedPacket { peer, number, packet });
    }

    /// The number of the last reliable packet, among those of its link.
    pub fn last_number(&self) -> u64 {
        self.lock().last_number
    }

    /// Notes the number of the packet that is handled next.
    pub fn note_number(&self, number: u64) {
        self.lock().last_number = number;
    }

    pub(super) fn take(&self) -> (Vec<Peer>, Vec<ReturnedPacket>) {
        let mut state = self.lock();
        (std::mem::take(&mut state.peers), std::mem::take(&mut state.packets))
    }

    /// Ignores lock poisoning: no operation under the lock stops halfway, so the state is always consistent.
    fn lock(&self) -> MutexGuard<'_, Released> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
