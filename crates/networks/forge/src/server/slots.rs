//! Assigns connection slots to clients that have proved their address.

use std::time::Instant;

use consonance_transport::{DisconnectReason, Peer, SlotsFull};

use super::ForgeServer;
use super::remote_client::{RemoteClient, Stage};
use crate::frame::{Control, GROUP_CLOSE, TO_TARGET};
use crate::link::Head;

impl ForgeServer {
    /// A client has proved its address: it has one of the connections from then on, or none and has to go.
    pub(super) fn take_slot(&mut self, now: Instant, peer: Peer) {
        let is_leaving = |client: &RemoteClient| matches!(client.stage, Stage::Leaving { .. });
        let Some(client) = self.clients.get(&peer).filter(|client| !is_leaving(client)) else { return };
        match self.slots.take(now, client.address.ip(), peer) {
            Ok(None) => {}
            Ok(Some(displaced)) => {
                self.counts.made_room += 1;
                self.close_at_once(now, displaced);
            }
            Err(SlotsFull) => {
                self.counts.rejected_full += 1;
                self.close_at_once(now, peer);
            }
        }
    }

    /// Says goodbye without waiting whether it arrives: another connection needs the place.
    fn close_at_once(&mut self, now: Instant, peer: Peer) {
        if let Some(client) = self.clients.get_mut(&peer) {
            let _ = client.link.send(now, Head::unreliable(Control::Close, GROUP_CLOSE), TO_TARGET, &[]);
        }
        self.end(peer, DisconnectReason::ClosedByUs);
    }
}
