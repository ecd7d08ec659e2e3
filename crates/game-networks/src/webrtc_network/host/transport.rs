//! The host as the driver of a server sees it.

#[cfg(target_os = "linux")]
use std::os::fd::BorrowedFd;
use std::time::Instant;

use consonance_link::gateway::tcp::TcpConnections;
use consonance_link::{
    ConnectionCounts, Delivery, DisconnectReason, NetworkStatistics, PacketLimits, Peer, Remote,
    ServerLinkEvent, ServerNetwork,
};

use super::{Guest, GuestState, Reported, Session, TURNS_MAX, WebRtcHost};
use crate::webrtc_network::{LIMITS, is_sendable};

impl ServerNetwork for WebRtcHost {
    fn disconnect(&mut self, now: Instant, peer: Peer, _reason: &str) {
        self.end(now, peer, DisconnectReason::ClosedByUs);
    }

    fn set_joined(&mut self, now: Instant, peer: Peer, is_joined: bool) {
        if self.guests.contains_key(&peer) {
            self.slots.set_joined(now, peer, is_joined);
        }
    }

    fn probe(&mut self, now: Instant, peer: Peer) -> Option<Instant> {
        self.peers.probe(now, peer)
    }

    fn shutdown(&mut self, now: Instant) {
        self.is_closing = true;
        let peers: Vec<Peer> = self.guests.keys().copied().collect();
        for peer in peers {
            if let Some(Guest { state: GuestState::Negotiating, .. }) = self.guests.get(&peer) {
                self.peers.leave(now, peer);
            } else {
                self.end(now, peer, DisconnectReason::ClosedByUs);
            }
        }
        for session in &mut self.sessions {
            session.retry_at = None;
            session.signalling.stop(now, &mut self.connections);
        }
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        let now = Instant::now();
        let of_session = |session: &Session| [session.retry_at, session.signalling.poll_timeout(now)];
        let of_sessions = self.sessions.iter().flat_map(of_session);
        let at_once = self.has_signalling_left.then_some(now);
        let others = [self.peers.poll_timeout(), self.connections.poll_timeout(), at_once];
        of_sessions.chain(others).flatten().min()
    }

    fn wakes(&self) -> bool {
        TcpConnections::wakes()
    }

    #[cfg(target_os = "linux")]
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.connections.descriptor())
    }

    fn network(&self) -> &'static str {
        "webrtc-network"
    }

    fn statistics(&self) -> NetworkStatistics {
        let is_connected = |guest: &&Guest| !matches!(guest.state, GuestState::Negotiating);
        let connected = self.guests.values().filter(is_connected).count() as u64;
        let connections = ConnectionCounts { connected, ..self.counts };
        NetworkStatistics { links: self.statistics, connections }
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent> {
        self.accept_newcomer(now);
        let mut is_signalling_driven = false;
        loop {
            self.turns += 1;
            if self.turns >= TURNS_MAX {
                self.turns = 0;
                self.drive_signalling(now);
            }
            let Some((peer, event)) = self.peers.poll(now) else {
                if is_signalling_driven {
                    return None;
                }
                is_signalling_driven = true;
                self.drive_signalling(now);
                continue;
            };
            match self.handle_peer(now, peer, event) {
                None => {}
                Some(Reported::Connected) => {
                    let session = self.guests.get(&peer).map_or(0, |guest| guest.session);
                    let session = self.sessions[session].name.clone();
                    let remote = self.peers.remote(peer).map_or(Remote::Named("".into()), Remote::from);
                    return Some(ServerLinkEvent::Connected { peer, session, remote });
                }
                Some(Reported::Packet(delivery, packet)) => {
                    self.statistics.received.count(delivery, 1, packet.len());
                    *bytes = packet;
                    return Some(ServerLinkEvent::Packet { peer, channel: delivery });
                }
                Some(Reported::Disconnected(reason)) => {
                    return Some(ServerLinkEvent::Disconnected { peer, reason });
                }
            }
        }
    }

    fn send(&mut self, now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]) {
        self.accept_newcomer(now);
        if !is_sendable(delivery, packet, &mut self.statistics.dropped) {
            return;
        }
        for &peer in peers {
            self.send_to(now, peer, delivery, packet);
        }
    }

    fn limits(&self) -> PacketLimits {
        LIMITS
    }
}
