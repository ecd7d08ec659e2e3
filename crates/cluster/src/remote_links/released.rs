//! Links of sessions that this worker owns no longer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use consonance_transport::Peer;

/// Peers that lead to another owner from now on: nothing is said of them any more, and what their edges still send goes
/// back there. A clone is of the same links.
#[derive(Clone, Debug, Default)]
pub struct ReleasedPeers(Arc<Mutex<Released>>);

#[derive(Debug, Default)]
struct Released {
    peers: Vec<Peer>,
    packets: Vec<ReturnedPacket>,
    last_number: u64,
}

/// A packet that had to arrive and is for the next owner.
#[derive(Debug)]
pub(super) struct ReturnedPacket {
    pub(super) peer: Peer,
    pub(super) number: u64,
    pub(super) packet: Box<[u8]>,
}

impl ReleasedPeers {
    /// One more.
    pub fn release(&self, peer: Peer) {
        self.lock().peers.push(peer);
    }

    /// A packet that came over a peer's link, with its number among those, goes back to the edge: it is for the next
    /// owner.
    pub fn give_back(&self, peer: Peer, number: u64, packet: Box<[u8]>) {
        self.lock().packets.push(ReturnedPacket { peer, number, packet });
    }

    /// Of the packet that came last and had to arrive: its number among those of its link.
    pub fn last_number(&self) -> u64 {
        self.lock().last_number
    }

    /// The packet that is handled next has this number.
    pub fn note_number(&self, number: u64) {
        self.lock().last_number = number;
    }

    pub(super) fn take(&self) -> (Vec<Peer>, Vec<ReturnedPacket>) {
        let mut state = self.lock();
        (std::mem::take(&mut state.peers), std::mem::take(&mut state.packets))
    }

    /// What a thread that panicked has left is whole: nothing is done half under the lock.
    fn lock(&self) -> MutexGuard<'_, Released> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
