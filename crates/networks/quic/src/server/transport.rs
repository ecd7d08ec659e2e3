//! The interface of a shard to the driver of sessions.

#[cfg(unix)]
use std::os::fd::{AsFd as _, BorrowedFd};
use std::task::Waker;
use std::time::Instant;

use consonance_link::inbox::Popped;
use consonance_link::{
    CapabilityRequest, Delivery, DisconnectReason, EndCode, EndReason, LinkQuality, NetworkStatistics,
    PacketLimits, PacketsOnThreads, Peer, ServerLinkEvent, ServerNetwork,
};

use super::QuicServer;
use super::fast_path::{FastPathCounts, FastPathShard};
use crate::client::LIMITS;
use crate::close_code::{CloseCode, line};

impl ServerNetwork for QuicServer {
    fn flush(&mut self, now: Instant) {
        self.send_collected(now);
        if let Some(fast_path) = &mut self.fast_path {
            fast_path.end_turn();
        }
    }

    fn probe(&mut self, now: Instant, peer: Peer) -> Option<Instant> {
        self.members.get_mut(&peer).map(|member| member.life.probe(now, &member.link))
    }

    fn disconnect(&mut self, _now: Instant, peer: Peer, reason: &str) {
        self.leave(peer, CloseCode::Goodbye, reason);
    }

    fn carries_end_reasons(&self) -> bool {
        true
    }

    fn set_joined(&mut self, now: Instant, peer: Peer, is_joined: bool) {
        self.acceptor.slots.set_joined(now, peer, is_joined);
    }

    fn shutdown(&mut self, now: Instant) {
        self.stop_accepting();
        let mut peers: Vec<Peer> = self.members.keys().copied().collect();
        peers.sort_unstable();
        for peer in peers {
            self.reject(now, peer, &EndCode::ShuttingDown.into());
        }
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        self.fast_path.as_ref().and_then(FastPathShard::wants_flush_at)
    }

    fn set_waker(&mut self, waker: Waker) {
        self.shard.mailbox.set_waker(waker);
    }

    fn wakes(&self) -> bool {
        // Only the socket's descriptor wakes for datagrams of the fast path.
        cfg!(unix) || self.fast_path.is_none()
    }

    #[cfg(unix)]
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.fast_path.as_ref().map(|fast_path| fast_path.socket().as_fd())
    }

    fn network(&self) -> &'static str {
        "quic"
    }

    fn statistics(&self) -> NetworkStatistics {
        let mut statistics = self.statistics;
        statistics.links.dropped.incoming_full = self.shard.mailbox.dropped();
        if let Some(FastPathCounts { path, socket }) = self.fast_path_counts() {
            statistics.links.dropped.outgoing_full += path.batch_full + socket.buffer_full;
            statistics.links.dropped.not_connected += path.left_meanwhile;
            statistics.links.dropped.malformed += path.refused.total();
        }
        statistics.connections.connected = self.members.len() as u64;
        if self.is_first {
            self.acceptor.count(&mut statistics.connections);
        }
        statistics
    }

    fn provide(&self, now: Instant, request: &mut CapabilityRequest<'_>) {
        request
            .provide(|| self.fast_path.as_ref().map(|fast_path| fast_path.statistics(now).metrics()))
            .provide(|| Some(PacketsOnThreads(self.packets_on_threads)))
            .provide_of_peer(|peer| self.link_quality(peer));
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent> {
        self.accept_newcomer();
        if let Some(fast_path) = &mut self.fast_path {
            fast_path.begin_turn();
        }
        self.is_fast_path_first = !self.is_fast_path_first;
        let is_fast_path_first = self.is_fast_path_first;
        if is_fast_path_first && let Some(event) = self.receive_on_fast_path(now, bytes) {
            return Some(event);
        }
        while let Some(popped) = self.shard.mailbox.pop() {
            match popped {
                Popped::Connected { about, .. } if self.is_shut_down => {
                    about.link.leave(CloseCode::Refused, &line(EndCode::ShuttingDown));
                }
                Popped::Connected { peer, about } => {
                    self.welcome(peer, &about.session, about.link, about.offer.as_ref());
                    let (session, remote) = (about.session, about.remote);
                    return Some(ServerLinkEvent::Connected { peer, session, remote });
                }
                Popped::Packet { peer, delivery, packet, made_room } => {
                    let Some(member) = self.members.get(&peer) else {
                        continue;
                    };
                    if made_room {
                        member.link.make_room();
                    }
                    self.statistics.links.received.count(delivery, 1, packet.len());
                    self.packets_on_threads += u64::from(delivery == Delivery::Unreliable);
                    self.last_heard = peer;
                    bytes.clear();
                    bytes.extend_from_slice(&packet);
                    return Some(ServerLinkEvent::Packet { peer, channel: delivery });
                }
                Popped::Disconnected { peer, reason } => {
                    self.close_path(peer);
                    // Connections that came too late were never reported as connected.
                    if self.members.remove(&peer).is_some() {
                        if matches!(reason, DisconnectReason::ProtocolViolated { .. }) {
                            self.statistics.connections.protocol_violations += 1;
                        }
                        return Some(ServerLinkEvent::Disconnected { peer, reason });
                    }
                }
            }
        }
        if !is_fast_path_first && let Some(event) = self.receive_on_fast_path(now, bytes) {
            return Some(event);
        }
        self.send_collected(now);
        None
    }

    fn send(&mut self, now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]) {
        self.accept_newcomer();
        if !LIMITS.allow(delivery, packet.len()) {
            self.statistics.links.dropped.too_large += 1;
            return;
        }
        match delivery {
            Delivery::Unreliable => self.send_unreliable(now, peers, packet),
            Delivery::Reliable => {
                let shared = self.packets.frame(packet);
                for &peer in peers {
                    self.send_reliable(peer, shared.clone(), packet.len());
                }
            }
        }
    }

    fn reject(&mut self, _now: Instant, peer: Peer, reason: &EndReason) {
        self.leave(peer, CloseCode::for_end(reason), &reason.encode());
    }

    fn limits(&self) -> PacketLimits {
        LIMITS
    }
}

impl QuicServer {
    fn link_quality(&self, peer: Peer) -> Option<LinkQuality> {
        let member = self.members.get(&peer)?;
        let mut quality = member.link.quality();
        if let (Some(number), Some(fast_path)) = (member.path, &self.fast_path) {
            quality.datagram_path = fast_path.datagram_path(Instant::now(), number);
        }
        Some(quality)
    }
}
