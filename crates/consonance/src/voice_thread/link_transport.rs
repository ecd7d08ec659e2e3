//! The transport of the link to the server: changes are reported to the game, and the link returns to the primary
//! network when that works again.

use std::time::Instant;

use consonance_session::LinkChange;
use tracing::info;

use super::VoiceThread;
use crate::event::EventKind;
use crate::route::LinkTransport;

impl VoiceThread {
    pub(super) fn watch_transport(&mut self, now: Instant) {
        if let Some((transport, reason)) = self.links.take_transport_change() {
            match transport {
                LinkTransport::Primary => info!(reason, "link is back on the primary network"),
                LinkTransport::WebSocket => info!(reason, "link uses the WebSocket fallback"),
            }
            self.tell(now, EventKind::TransportChanged { transport, reason });
        }
        if let Some(address) = self.links.take_server_change() {
            info!(address, "link moved to another server of the session");
            self.tell(now, EventKind::ServerChanged { address });
        }
        if self.links.can_return() && self.client.change_link(self.clock.session(now), LinkChange::Route) {
            self.links.begin_return();
            self.drain_session(now);
        }
    }
}
