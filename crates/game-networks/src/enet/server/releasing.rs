//! Waiting commands that ENet gets in turns, because one datagram has made too many of them due.

use std::time::Instant;

use consonance_link::Peer;

use super::{EnetServer, Number};
use crate::enet::incoming::{Admission, Incoming};
use crate::enet::limits::RELEASED_BYTES_MAX;

impl EnetServer {
    /// Passes ENet the next share of the waiting commands of the client whose turn it is.
    pub(super) fn release_next(&mut self, now: Instant) {
        let Some(peer) = self.clients.end_turn() else { return };
        let Some(client) = self.clients.get(peer) else { return };
        let (Some(number), from) = (client.number, client.remote) else { return };
        let mut released = std::mem::take(&mut self.admitted);
        let mut share = RELEASED_BYTES_MAX;
        loop {
            let admission = self.release(peer, number, &mut share, &mut released);
            self.links.dropped.malformed += u64::from(admission.is_impossible);
            if !admission.is_any {
                break;
            }
            self.machines.at(number.machine).receive(from, &mut released);
            self.run(now, number.machine, None);
        }
        self.admitted = released;
        self.note_due(peer);
    }

    /// Queues a client that has further waiting commands that are next in turn.
    pub(super) fn note_due(&mut self, peer: Peer) {
        let Some(client) = self.clients.get(peer) else { return };
        let is_open = client.number.is_some_and(|number| self.machines.channels_of(number).is_some());
        if is_open && client.incoming.as_ref().is_some_and(Incoming::is_due) {
            self.clients.give_turn(peer);
        }
    }

    /// Writes commands that were waiting for those that ENet has just received.
    pub(super) fn release(
        &mut self,
        peer: Peer,
        number: Number,
        share: &mut usize,
        released: &mut Vec<u8>,
    ) -> Admission {
        if self.machines.channels_of(number).is_none() {
            return Admission::default();
        }
        let incoming = self.clients.get_mut(peer).and_then(|client| client.incoming.as_mut());
        incoming.map_or_else(Admission::default, |incoming| incoming.release(share, released))
    }
}
