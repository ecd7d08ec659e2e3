//! Direct links between clients of a network inside one process.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use super::client_end::ClientEnd;
use crate::inbox::Pushed;
use crate::packet_pool::SharedPacket;
use crate::{Delivery, DisconnectReason, Peer};

/// The address for direct links to a client, for code that introduces players to each other. A clone is the same
/// address.
#[derive(Clone, Debug)]
pub struct MemoryAddress(pub(super) Arc<ClientEnd>);

impl MemoryAddress {
    /// Connects two clients directly, whether they are connected to a server or not.
    ///
    /// `None` if one of them was dropped, or already has 1024 direct links.
    pub fn connect(&self, other: &Self) -> Option<MemoryDirectLink> {
        if !self.0.take_place() {
            return None;
        }
        if !other.0.take_place() {
            self.0.give_place_back();
            return None;
        }
        let [one, two] = [self, other].map(|address| LinkToPlayer::new(&address.0));
        // The client that sees the link first may send before the other one sees it.
        self.0.mailbox.expect(one.name);
        other.0.mailbox.expect(two.name);
        self.0.mailbox.connected(one.name, Some(two.clone()));
        other.0.mailbox.connected(two.name, Some(one.clone()));
        let link = MemoryDirectLink([one, two]);
        // A client that is being dropped may not have seen it.
        if self.0.is_gone() || other.0.is_gone() {
            link.end(&DisconnectReason::closed_by_peer(b""));
            return None;
        }
        Some(link)
    }
}

/// A direct link between two clients, for tests that break it. Dropping this changes nothing.
#[derive(Debug)]
pub struct MemoryDirectLink([LinkToPlayer; 2]);

impl MemoryDirectLink {
    /// Loses the link as if a cable had been pulled: both ends time out, neither says goodbye.
    pub fn lose(&self) {
        self.end(&DisconnectReason::TimedOut);
    }

    fn end(&self, reason: &DisconnectReason) {
        for end in &self.0 {
            end.end(reason.clone());
        }
    }
}

/// A client as seen by another one over a direct link.
#[derive(Clone, Debug)]
pub(super) struct LinkToPlayer {
    /// Weak, as two clients must not keep each other alive.
    end: Weak<ClientEnd>,
    /// The link's name there.
    name: Peer,
}

impl LinkToPlayer {
    fn new(end: &Arc<ClientEnd>) -> Self {
        Self { end: Arc::downgrade(end), name: end.next_direct_link() }
    }

    fn push(&self, delivery: Delivery, packet: SharedPacket) -> Pushed<SharedPacket> {
        self.end.upgrade().map_or(Pushed::Unwanted, |end| end.mailbox.push(self.name, delivery, packet))
    }

    pub(super) fn end(&self, reason: DisconnectReason) {
        if let Some(end) = self.end.upgrade() {
            end.mailbox.disconnected(self.name, reason);
        }
    }
}

/// A client's ends of its direct links, by their names there, until their ends are reported.
#[derive(Debug, Default)]
pub(super) struct DirectEnds(BTreeMap<Peer, DirectEnd>);

#[derive(Debug)]
enum DirectEnd {
    Up(LinkToPlayer),
    /// Its end has not been reported yet.
    Ending,
}

impl DirectEnds {
    pub(super) fn insert(&mut self, peer: Peer, link: LinkToPlayer) {
        self.0.insert(peer, DirectEnd::Up(link));
    }

    /// False if there was no such link: it ended before it was reported.
    pub(super) fn remove(&mut self, peer: Peer) -> bool {
        self.0.remove(&peer).is_some()
    }

    /// Says goodbye over every link.
    pub(super) fn leave(&mut self) {
        for end in std::mem::take(&mut self.0).into_values() {
            if let DirectEnd::Up(link) = end {
                link.end(DisconnectReason::closed_by_peer(b""));
            }
        }
    }

    pub(super) fn push(&self, peer: Peer, delivery: Delivery, packet: SharedPacket) -> Pushed<SharedPacket> {
        match self.0.get(&peer) {
            Some(DirectEnd::Up(link)) => link.push(delivery, packet),
            Some(DirectEnd::Ending) | None => Pushed::Unwanted,
        }
    }

    /// Ends the use of a link; returns it.
    pub(super) fn end(&mut self, peer: Peer) -> Option<LinkToPlayer> {
        match std::mem::replace(self.0.get_mut(&peer)?, DirectEnd::Ending) {
            DirectEnd::Up(link) => Some(link),
            DirectEnd::Ending => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::memory::bounds::{QUEUES, overloaded};
    use crate::memory::client_end::DIRECT_LINKS_MAX;
    use crate::memory::{MemoryClient, MemoryNetwork};
    use crate::{ClientLinkEvent, ClientNetwork as _, DirectEvent, DirectLinks as _};

    fn now() -> Instant {
        Instant::now()
    }

    #[expect(clippy::unnecessary_wraps, reason = "it stands for what a poll says")]
    fn event(peer: u64, event: DirectEvent) -> Option<ClientLinkEvent> {
        Some(ClientLinkEvent::Direct { peer: Peer(peer), event })
    }

    /// Two clients without a server, and the link between them, which is the first one of each.
    fn connected() -> (MemoryClient, MemoryClient, MemoryDirectLink) {
        let network = MemoryNetwork::new();
        let (mut alice, mut bob) = (network.client("main"), network.client("main"));
        let link = alice.address().connect(&bob.address()).expect("both are there");
        assert_eq!(alice.poll_event(now(), &mut Vec::new()), event(1, DirectEvent::Up));
        assert_eq!(bob.poll_event(now(), &mut Vec::new()), event(1, DirectEvent::Up));
        (alice, bob, link)
    }

    #[test]
    fn packets_go_directly_at_the_next_poll_and_no_server_is_needed() {
        let (mut alice, mut bob, _link) = connected();
        alice.send_direct(now(), &[Peer(1), Peer(3)], Delivery::Unreliable, b"voice");
        let (delivery, packet) = (Delivery::Unreliable, b"voice".as_slice());
        let mut bytes = Vec::new();
        assert_eq!(bob.poll_event(now(), &mut bytes), event(1, DirectEvent::Packet { delivery }));
        assert_eq!(bytes, packet);
        let statistics = alice.statistics();
        assert_eq!((statistics.sent.unreliable.packets, statistics.dropped.not_connected), (1, 1));
    }

    #[test]
    fn a_client_that_is_dropped_ends_its_direct_links_polled_or_not() {
        let (alice, mut bob, _link) = connected();
        let _unseen = alice.address().connect(&bob.address()).expect("both are there");
        drop(alice);
        let reason = DisconnectReason::closed_by_peer(b"");
        assert_eq!(bob.poll_event(now(), &mut Vec::new()), event(3, DirectEvent::Up));
        assert_eq!(
            bob.poll_event(now(), &mut Vec::new()),
            event(1, DirectEvent::Down { reason: reason.clone() })
        );
        assert_eq!(bob.poll_event(now(), &mut Vec::new()), event(3, DirectEvent::Down { reason }));
    }

    #[test]
    fn a_direct_link_that_is_gone_before_it_was_seen_is_never_spoken_of() {
        let (alice, mut bob, _link) = connected();
        // As between the two halves of connecting them.
        let end = bob.address().0;
        let name = end.next_direct_link();
        assert!(end.take_place());
        end.mailbox.expect(name);
        end.mailbox.disconnected(name, DisconnectReason::TimedOut);
        assert_eq!(bob.poll_event(now(), &mut Vec::new()), None);
        drop(alice);
        assert!(matches!(
            bob.poll_event(now(), &mut Vec::new()),
            Some(ClientLinkEvent::Direct { peer: Peer(1), .. })
        ));
    }

    #[test]
    fn no_direct_link_is_made_to_a_dropped_client() {
        let (alice, mut bob, _link) = connected();
        let (to_alice, to_bob) = (alice.address(), bob.address());
        drop(alice);
        bob.poll_event(now(), &mut Vec::new());
        assert!(to_bob.connect(&to_alice).is_none() && to_alice.connect(&to_bob).is_none());
        assert_eq!(bob.poll_event(now(), &mut Vec::new()), None);
    }

    #[test]
    fn there_is_a_limit_to_direct_links_and_an_end_makes_room() {
        let (mut alice, bob, link) = connected();
        let links: Vec<_> = (0..=DIRECT_LINKS_MAX).map(|_| alice.address().connect(&bob.address())).collect();
        assert_eq!(links.iter().flatten().count(), DIRECT_LINKS_MAX - 1);
        link.lose();
        while alice.poll_event(now(), &mut Vec::new()).is_some() {}
        let carol = MemoryNetwork::new().client("main");
        assert!(alice.address().connect(&carol.address()).is_some());
        assert!(alice.address().connect(&carol.address()).is_none());
    }

    #[test]
    fn a_player_too_slow_for_its_control_packets_loses_the_direct_link() {
        let (mut alice, mut bob, _link) = connected();
        for _ in 0..=QUEUES.reliable_packets {
            alice.send_direct(now(), &[Peer(1)], Delivery::Reliable, b"text");
        }
        assert_eq!(
            alice.poll_event(now(), &mut Vec::new()),
            event(1, DirectEvent::Down { reason: overloaded() })
        );
        for _ in 0..QUEUES.reliable_packets {
            let event = bob.poll_event(now(), &mut Vec::new());
            assert!(matches!(event, Some(ClientLinkEvent::Direct { event: DirectEvent::Packet { .. }, .. })));
        }
        assert_eq!(
            bob.poll_event(now(), &mut Vec::new()),
            event(1, DirectEvent::Down { reason: overloaded() })
        );
    }

    #[test]
    fn a_slow_player_loses_its_oldest_voice() {
        let (mut alice, bob, _link) = connected();
        for _ in 0..=QUEUES.unreliable_packets {
            alice.send_direct(now(), &[Peer(1)], Delivery::Unreliable, b"voice");
        }
        assert_eq!(bob.statistics().dropped.incoming_full, 1);
        assert_eq!(alice.statistics().dropped.outgoing_full, 1);
    }
}
