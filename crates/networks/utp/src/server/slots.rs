//! Assigns connection slots to clients that have proved their address.

use std::time::Instant;

use consonance_transport::{DisconnectReason, Peer, SlotsFull};

use super::UtpServer;

impl UtpServer {
    /// A client has proved its address: it has one of the connections from then on, or none and has to go.
    pub(super) fn take_slot(&mut self, now: Instant, peer: Peer) {
        self.unproved.remove(&peer);
        let Some(client) = self.clients.get(&peer).filter(|client| client.is_heard()) else { return };
        match self.slots.take(now, client.address.ip(), peer) {
            Ok(None) => {}
            Ok(Some(displaced)) => {
                self.counts.made_room += 1;
                self.end(now, displaced, DisconnectReason::ClosedByUs);
            }
            Err(SlotsFull) => {
                self.counts.rejected_full += 1;
                self.end(now, peer, DisconnectReason::ClosedByUs);
            }
        }
    }

    /// Spoofed addresses prove nothing. The replaced newcomer is not told: a real client asks again and is accepted.
    pub(super) fn make_room_for_unproved(&mut self) {
        if self.unproved.len() >= self.settings.unproved_max.max(1)
            && let Some(&longest) = self.unproved.first()
        {
            self.counts.failed_handshakes += 1;
            self.remove(longest, DisconnectReason::TimedOut);
        }
    }
}
