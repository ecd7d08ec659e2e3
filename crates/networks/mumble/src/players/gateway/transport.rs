//! The users as the driver of their session sees them.

#[cfg(unix)]
use std::os::fd::BorrowedFd;
use std::time::Instant;

use consonance_link::{
    CapabilityRequest, Delivery, EndCode, EndReason, NetworkStatistics, PACKET_BYTES_MAX, PacketLimits, Peer,
    PeerAccount, PeerIdentity, ServerLinkEvent, ServerNetwork,
};

use super::{MumbleGateway, user::User};

/// Packets of the session stay within the process.
const LIMITS: PacketLimits =
    PacketLimits { reliable_bytes: PACKET_BYTES_MAX, unreliable_bytes: PACKET_BYTES_MAX };

impl MumbleGateway {
    /// The server ends a user's link.
    fn end_link(&mut self, now: Instant, peer: Peer, reason: &EndReason) {
        let at = self.at(now);
        let Some(user) = self.by_link.get(&peer).copied() else { return };
        let Self { users, neighbours, .. } = self;
        if let Some(it) = users.get_mut(&user) {
            it.lose_link(at, reason, neighbours);
        }
        self.follow(now, user);
    }

    pub(super) fn of_link(&self, peer: Peer) -> Option<&User> {
        self.users.get(self.by_link.get(&peer)?)
    }
}

impl ServerNetwork for MumbleGateway {
    fn flush(&mut self, now: Instant) {
        self.server.flush(now);
    }

    fn disconnect(&mut self, now: Instant, peer: Peer, reason: &str) {
        self.end_link(now, peer, &EndReason::decode(reason.as_bytes()));
    }

    fn carries_end_reasons(&self) -> bool {
        true
    }

    fn set_joined(&mut self, now: Instant, peer: Peer, is_joined: bool) {
        if let Some(user) = self.by_link.get(&peer).copied() {
            self.server.set_joined(now, user, is_joined);
        }
    }

    fn shutdown(&mut self, now: Instant) {
        self.is_shut_down = true;
        let users: Vec<_> = self.users.iter().map(|(user, it)| (*user, it.link.peer())).collect();
        for (user, link) in users {
            match link {
                Some(peer) => self.end_link(now, peer, &EndCode::ShuttingDown.into()),
                None => self.forget(now, user),
            }
        }
        self.server.shutdown(now);
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        let at_once = self.now.filter(|_| !self.ready.is_empty());
        [self.timers.next(), self.server.wants_poll_at(), self.places.next_due(), at_once]
            .into_iter()
            .flatten()
            .min()
    }

    fn wakes(&self) -> bool {
        self.server.wakes()
    }

    #[cfg(unix)]
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.server.descriptor()
    }

    fn network(&self) -> &'static str {
        self.server.network()
    }

    fn statistics(&self) -> NetworkStatistics {
        let mut statistics = self.server.statistics();
        let (controls, voices) = self.limited();
        statistics.links.dropped.incoming_full += controls + voices;
        statistics
    }

    /// A user with a certificate is the one that it was, from whichever address it comes.
    fn provide(&self, now: Instant, request: &mut CapabilityRequest<'_>) {
        let certificate = |peer| self.of_link(peer)?.certificate;
        request
            .provide(|| Some(self.count(now).metrics()))
            .provide_of_peer(|peer| self.state_of(now, peer))
            .provide_of_peer(|peer| Some(PeerIdentity(certificate(peer)?.number())))
            .provide_of_peer(|peer| Some(PeerAccount(certificate(peer)?.account().into())));
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent> {
        loop {
            if let Some(event) = self.next_link_event(now, bytes) {
                return Some(event);
            }
            match self.server.poll(now) {
                Some(event) => self.handle_event(now, event),
                None if self.run_timers(now) => {}
                None => {
                    self.places.publish_if_due(now);
                    return None;
                }
            }
        }
    }

    fn send(&mut self, now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]) {
        if !LIMITS.allow(delivery, packet.len()) {
            return;
        }
        let at = self.at(now);
        self.read_places();
        for peer in peers {
            let Some(user) = self.by_link.get(peer).copied() else { continue };
            let Self { users, neighbours, .. } = self;
            let is_taken =
                users.get_mut(&user).is_some_and(|it| it.handle_packet(at, delivery, packet, neighbours));
            if is_taken {
                self.follow(now, user);
            }
        }
    }

    fn reject(&mut self, now: Instant, peer: Peer, reason: &EndReason) {
        self.end_link(now, peer, reason);
    }

    fn limits(&self) -> PacketLimits {
        LIMITS
    }
}
