//! The server of a session without a network.

use std::time::Instant;

use consonance_link::memory::MemoryServer;
use consonance_link::{Peer, ServerLinkEvent, ServerNetwork};
use consonance_session::{
    Instant as SessionInstant, LinkCommand, LinkId, Server, ServerEvent, ServerSettings, Transmit,
};

pub(super) struct OfflineServer {
    network: MemoryServer,
    server: Server,
    /// A received packet, moved out of the network so that the network can send.
    packet: Vec<u8>,
}

impl OfflineServer {
    pub(super) fn new(network: MemoryServer) -> Self {
        // The server is reachable from this process only, so its secrets can be constant.
        Self { network, server: Server::new(ServerSettings::from_seed(0)), packet: Vec::new() }
    }

    /// Receives pending packets and sends outgoing ones; true if there were any.
    pub(super) fn run_once(&mut self, now: Instant, at: SessionInstant) -> bool {
        let mut was_busy = false;
        while let Some(event) = self.network.poll_event(now, &mut self.packet) {
            was_busy = true;
            match event {
                ServerLinkEvent::Connected { peer, .. } => self.server.handle_connected(at, LinkId(peer.0)),
                ServerLinkEvent::Disconnected { peer, .. } => {
                    self.server.handle_disconnected(at, LinkId(peer.0));
                }
                ServerLinkEvent::Packet { peer, channel: delivery } => {
                    let relayed = self.server.handle_packet(at, LinkId(peer.0), delivery, &self.packet);
                    if let Some(relayed) = relayed {
                        send(&mut self.network, now, &relayed);
                    }
                }
            }
            was_busy |= self.drain(now);
        }
        if self.server.poll_timeout().is_some_and(|(due, _)| due <= at) {
            self.server.handle_timeout(at);
        }
        was_busy | self.drain(now)
    }

    pub(super) fn poll_event(&mut self) -> Option<ServerEvent> {
        self.server.poll_event()
    }

    pub(super) fn poll_timeout(&self) -> Option<SessionInstant> {
        self.server.poll_timeout().map(|(at, _)| at)
    }

    fn drain(&mut self, now: Instant) -> bool {
        let mut was_busy = false;
        while let Some(transmit) = self.server.poll_transmit() {
            was_busy = true;
            send(&mut self.network, now, &transmit);
        }
        while let Some(command) = self.server.poll_command() {
            if let LinkCommand::Close { link, reason, .. } = command {
                self.network.disconnect(now, Peer(link.0), &reason.to_string());
            }
        }
        was_busy
    }
}

fn send(network: &mut MemoryServer, now: Instant, transmit: &Transmit<'_>) {
    let peers: Vec<Peer> = transmit.to.iter().map(|link| Peer(link.0)).collect();
    network.send(now, &peers, transmit.delivery, transmit.payload);
}
