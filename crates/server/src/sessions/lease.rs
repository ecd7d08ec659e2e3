//! Whether a session that may be another node's is this one's to decide about.

use std::collections::BTreeSet;
use std::time::Instant;

use consonance_cluster::NodeLease;
use consonance_session::LinkId;

/// This node's lease of a session, where there are other nodes.
#[derive(Debug)]
pub(crate) struct SessionLease {
    lease: NodeLease,
    /// Of the lease, in which this node was told that it owns the session.
    generation: u64,
    /// Reliable packets, and ends of links, that came while it was not clear whether this node owns the session.
    held: Vec<(LinkId, Held)>,
    held_bytes: usize,
}

/// A held item of a link.
#[derive(Debug)]
pub(crate) enum Held {
    /// A packet.
    Packet {
        /// Its number among those of its link, if that is at an edge.
        number: Option<u64>,
        packet: Box<[u8]>,
    },
    /// The link is gone.
    Gone,
}

/// So many bytes are held for a session that is in doubt: a second of 1000 players that all enter rooms.
const HELD_BYTES_MAX: usize = 4 << 20;

impl SessionLease {
    pub(crate) fn new(lease: NodeLease, generation: u64) -> Self {
        Self { lease, generation, held: Vec::new(), held_bytes: 0 }
    }

    /// Whether this node may decide now.
    #[inline]
    pub(crate) fn holds(&self, now: Instant) -> bool {
        self.lease.holds(now, self.generation)
    }

    /// Whether this node decides only because it has no bus.
    pub(crate) fn is_detached(&self) -> bool {
        self.generation == NodeLease::DETACHED
    }

    /// Holds a packet until that is clear. False if too much is held.
    #[must_use]
    pub(crate) fn hold(&mut self, link: LinkId, number: Option<u64>, packet: &[u8]) -> bool {
        let is_held = self.held_bytes + packet.len() <= HELD_BYTES_MAX;
        if is_held {
            self.held_bytes += packet.len();
            self.held.push((link, Held::Packet { number, packet: packet.into() }));
        }
        is_held
    }

    /// A link is gone.
    pub(crate) fn hold_end(&mut self, link: LinkId) {
        self.held.push((link, Held::Gone));
    }

    /// A link is up again whose edge had lost this node. True if its end is held, which is over.
    pub(crate) fn take_end(&mut self, link: LinkId) -> bool {
        let is_its_end = |(of, held): &(LinkId, Held)| *of == link && matches!(held, Held::Gone);
        let end = self.held.iter().position(is_its_end);
        end.map(|index| self.held.remove(index)).is_some()
    }

    /// This node owns the session in this generation of the lease.
    pub(crate) fn confirm(&mut self, generation: u64) {
        self.generation = generation;
    }

    /// Whether something waits until it is clear that this node owns the session.
    #[inline]
    pub(crate) fn has_held(&self) -> bool {
        !self.held.is_empty()
    }

    /// Takes the held items, which are to be handled at once.
    pub(crate) fn take_held(&mut self) -> Vec<(LinkId, Held)> {
        self.held_bytes = 0;
        let held = std::mem::take(&mut self.held);
        without_repeated(held).collect()
    }

    /// Another node owns the session: the packets for it, each with its number if its link is at an edge.
    pub(crate) fn into_packets(self) -> impl Iterator<Item = (LinkId, Option<u64>, Box<[u8]>)> {
        without_repeated(self.held).filter_map(|(link, held)| match held {
            Held::Packet { number, packet } => Some((link, number, packet)),
            Held::Gone => None,
        })
    }
}

/// Drops packets that an edge sent twice because it had lost this node in between.
fn without_repeated(held: Vec<(LinkId, Held)>) -> impl Iterator<Item = (LinkId, Held)> {
    let mut seen = BTreeSet::new();
    held.into_iter().filter(move |(link, held)| match held {
        Held::Packet { number: Some(number), .. } => seen.insert((*link, *number)),
        Held::Packet { number: None, .. } | Held::Gone => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_that_is_held_is_over_once_its_link_is_up_again() {
        let mut lease = SessionLease::new(NodeLease::new(Instant::now()), 0);
        let (first, second) = (LinkId(1), LinkId(2));
        assert!(lease.hold(first, None, b"text"));
        lease.hold_end(first);
        lease.hold_end(second);
        assert!(lease.take_end(first) && !lease.take_end(first));
        lease.confirm(1);
        assert!(lease.has_held());
        let held = lease.take_held();
        assert!(!lease.has_held());
        assert!(matches!(&held[..], [(LinkId(1), Held::Packet { .. }), (LinkId(2), Held::Gone)]), "{held:?}");
    }

    #[test]
    fn a_packet_that_an_edge_sends_again_is_held_once_and_keeps_its_number() {
        let mut lease = SessionLease::new(NodeLease::new(Instant::now()), 0);
        for number in [8, 9, 8, 9, 10] {
            assert!(lease.hold(LinkId(1), Some(number), &[number as u8]));
        }
        assert!(lease.hold(LinkId(2), Some(8), b"another link's") && lease.hold(LinkId(3), None, b"text"));
        let packets: Vec<_> = lease.into_packets().map(|(link, number, _)| (link.0, number)).collect();
        assert_eq!(packets, [(1, Some(8)), (1, Some(9)), (1, Some(10)), (2, Some(8)), (3, None)]);
    }
}
