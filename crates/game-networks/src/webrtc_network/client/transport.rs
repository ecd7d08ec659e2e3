//! The player as the driver of a client sees it.

use std::time::Instant;

use consonance_link::{
    ClientLinkEvent, ClientNetwork, Delivery, DirectEvent, DirectLinks, DisconnectReason, PacketLimits,
    Statistics,
};

use super::{Reported, ServerLink, WebRtcClient};
use crate::webrtc_network::host::overloaded;
use crate::webrtc_network::peer::Sent;
use crate::webrtc_network::{LIMITS, is_sendable};

impl ClientNetwork for WebRtcClient {
    fn connect(&mut self, now: Instant) {
        match self.server {
            ServerLink::None => {
                self.server = ServerLink::Calling;
                self.retry_at = None;
                if self.signalling.client().is_some() {
                    self.ask();
                } else {
                    self.signalling.start(now, &mut self.connections);
                }
            }
            ServerLink::Ending { .. } => self.is_wanted_again = true,
            ServerLink::Calling
            | ServerLink::Asking { .. }
            | ServerLink::Negotiating { .. }
            | ServerLink::Up { .. } => {}
        }
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
        self.fill_events(now);
        let statistics = &mut self.statistics;
        let mut show = |delivery: Delivery, packet: Vec<u8>| {
            statistics.received.count(delivery, 1, packet.len());
            *bytes = packet;
        };
        Some(match self.events.pop_front()? {
            Reported::Connected => ClientLinkEvent::Connected,
            Reported::Packet(delivery, packet) => {
                show(delivery, packet);
                ClientLinkEvent::Packet { channel: delivery }
            }
            Reported::Disconnected(reason) => ClientLinkEvent::Disconnected { reason },
            Reported::DirectUp(peer) => ClientLinkEvent::Direct { peer, event: DirectEvent::Up },
            Reported::DirectPacket(peer, delivery, packet) => {
                show(delivery, packet);
                ClientLinkEvent::Direct { peer, event: DirectEvent::Packet { delivery } }
            }
            Reported::DirectDown(peer, reason) => {
                ClientLinkEvent::Direct { peer, event: DirectEvent::Down { reason } }
            }
        })
    }

    fn send(&mut self, now: Instant, delivery: Delivery, packet: &[u8]) {
        if !is_sendable(delivery, packet, &mut self.statistics.dropped) {
            return;
        }
        let ServerLink::Up { peer } = self.server else {
            self.statistics.dropped.not_connected += 1;
            return;
        };
        let sent = self.peers.send(now, peer, delivery, packet);
        self.count_sent(delivery, packet, sent);
        if sent == Sent::Full {
            let reason = overloaded(self.settings.peer.send_bytes_max);
            self.server = ServerLink::Ending { peer, reason };
            self.peers.leave(now, peer);
        }
    }

    fn disconnect(&mut self, now: Instant) {
        self.is_wanted_again = false;
        self.events.retain(|event| !matches!(event, Reported::Packet(..) | Reported::Connected));
        match self.server {
            ServerLink::Calling | ServerLink::Asking { .. } => {
                self.end_server(now, DisconnectReason::ClosedByUs);
            }
            ServerLink::Negotiating { peer, link, .. } => {
                if let (Some(link), Some(client)) = (link, self.signalling.client()) {
                    client.drop_link(link);
                }
                self.server = ServerLink::Ending { peer, reason: DisconnectReason::ClosedByUs };
                self.peers.leave(now, peer);
            }
            ServerLink::Up { peer } => {
                self.server = ServerLink::Ending { peer, reason: DisconnectReason::ClosedByUs };
                self.peers.leave(now, peer);
            }
            ServerLink::None | ServerLink::Ending { .. } => {}
        }
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        let refused_at = match self.server {
            ServerLink::Negotiating { refused_at, .. } => refused_at,
            _ => None,
        };
        let now = Instant::now();
        let of_signalling = self.signalling.poll_timeout(now);
        let at_once = self.has_signalling_left.then_some(now);
        let of_connections = [self.peers.poll_timeout(), self.connections.poll_timeout()];
        of_connections.into_iter().chain([of_signalling, at_once, refused_at, self.retry_at]).flatten().min()
    }

    fn limits(&self) -> PacketLimits {
        LIMITS
    }

    fn statistics(&self) -> Statistics {
        self.statistics
    }

    fn direct_links(&mut self) -> Option<&mut dyn DirectLinks> {
        Some(self)
    }
}
