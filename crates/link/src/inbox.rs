//! For network authors: a queue of unpolled packets and events from any number of peers.
//!
//! Every peer has its own small queue and peers take turns, so a peer that floods loses only its own oldest voice.
//! Reliable packets are never dropped: when a peer's queue is full the network must stop reading from that peer, or end
//! its link.
//!
//! [`Inbox`] is the plain structure; [`Mailbox`] is one behind a lock, with a waker, for networks that receive on
//! their own threads. A client transport uses the same with one "peer" for each attempt to connect and for each
//! direct link.

mod mailbox;
mod peer_queue;

use std::collections::{HashMap, VecDeque};

use crate::{Delivery, DisconnectReason, Peer};

pub use mailbox::Mailbox;
use peer_queue::PeerQueue;

/// The most unpolled packets of one peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InboxLimits {
    /// Reliable packets. One more is [`Pushed::Full`].
    pub reliable_packets: usize,
    /// Unreliable packets. One more pushes the oldest out.
    pub unreliable_packets: usize,
}

impl Default for InboxLimits {
    /// 64 reliable packets, and 64 unreliable ones: over a second of one speaker's voice.
    fn default() -> Self {
        Self { reliable_packets: 64, unreliable_packets: 64 }
    }
}

/// The result of pushing a packet.
#[derive(Debug, PartialEq, Eq)]
pub enum Pushed<P> {
    /// Queued.
    Queued,
    /// Queued, in place of the peer's oldest unreliable packet.
    QueuedInPlaceOfOldest,
    /// It is reliable and the queue is full: stop reading from this peer until one of its packets was popped with
    /// [`Popped::Packet::made_room`].
    Full(P),
    /// The peer is not connected, or was muted.
    Unwanted,
}

/// An event for `poll_event` to report.
#[derive(Debug, PartialEq, Eq)]
pub enum Popped<C, P> {
    /// A peer connected.
    Connected {
        /// Its identifier.
        peer: Peer,
        /// The network's description of it.
        about: C,
    },
    /// A packet arrived.
    Packet {
        /// The sender.
        peer: Peer,
        /// How it was delivered.
        delivery: Delivery,
        /// Its bytes.
        packet: P,
        /// Whether a push of this peer was [`Pushed::Full`], and there is room now.
        made_room: bool,
    },
    /// A peer is gone.
    Disconnected {
        /// The peer.
        peer: Peer,
        /// The reason.
        reason: DisconnectReason,
    },
}

/// Unpolled packets and events. `C` is the network's description of a new peer, `P` a packet.
#[derive(Debug)]
pub struct Inbox<C, P> {
    limits: InboxLimits,
    peers: HashMap<Peer, PeerQueue<C, P>>,
    /// Peers with something to pop, each once, in turn.
    ready: VecDeque<Peer>,
    dropped: u64,
}

impl<C, P> Inbox<C, P> {
    /// An empty inbox.
    pub fn new(limits: InboxLimits) -> Self {
        Self { limits, peers: HashMap::new(), ready: VecDeque::new(), dropped: 0 }
    }

    /// Makes a peer known without reporting anything yet, so that its [`disconnected`](Self::disconnected) counts even
    /// if it never [connects](Self::connected). Packets that come before it connects wait for that.
    pub fn expect(&mut self, peer: Peer) {
        self.peers.entry(peer).or_insert_with(PeerQueue::new);
    }

    /// A peer connected.
    pub fn connected(&mut self, peer: Peer, about: C) {
        self.expect(peer);
        self.with_queue(peer, |queue| queue.connected(about));
    }

    /// Pushes a packet.
    pub fn push(&mut self, peer: Peer, delivery: Delivery, packet: P) -> Pushed<P> {
        let limits = self.limits;
        let pushed =
            self.with_queue(peer, |queue| queue.push(limits, delivery, packet)).unwrap_or(Pushed::Unwanted);
        if matches!(pushed, Pushed::QueuedInPlaceOfOldest) {
            self.dropped += 1;
        }
        pushed
    }

    /// A peer is gone: reported after all of its pending packets, and only once.
    pub fn disconnected(&mut self, peer: Peer, reason: DisconnectReason) {
        self.with_queue(peer, |queue| queue.disconnected(reason));
    }

    /// Discards everything of a peer and accepts no more of it, but its end will still be reported.
    ///
    /// True if a push had been [`Pushed::Full`]: a sender that waits for room must learn that none will come.
    pub fn mute(&mut self, peer: Peer) -> bool {
        self.with_queue(peer, PeerQueue::mute).unwrap_or(false)
    }

    /// Forgets a peer as if it had never been there.
    pub fn forget(&mut self, peer: Peer) {
        self.peers.remove(&peer);
    }

    /// The next packet or event. Peers take turns, one item each.
    pub fn pop(&mut self) -> Option<Popped<C, P>> {
        while let Some(peer) = self.ready.pop_front() {
            let Some(queue) = self.peers.get_mut(&peer) else {
                continue;
            };
            queue.is_in_turn = false;
            let popped = queue.pop(self.limits, peer);
            if matches!(popped, Some(Popped::Disconnected { .. })) {
                self.peers.remove(&peer);
            } else if queue.has_something() {
                queue.is_in_turn = true;
                self.ready.push_back(peer);
            }
            if popped.is_some() {
                return popped;
            }
        }
        None
    }

    /// Whether no peer has a turn, so that [`pop`](Self::pop) would return `None`.
    pub fn is_empty(&self) -> bool {
        self.ready.is_empty()
    }

    /// The number of known peers: connected, or gone and not yet reported.
    pub fn peers(&self) -> usize {
        self.peers.len()
    }

    /// The number of unreliable packets pushed out by newer ones so far.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Acts on a peer's queue and gives it a turn if it then has an item. `None` if there is no such peer.
    fn with_queue<R>(&mut self, peer: Peer, act: impl FnOnce(&mut PeerQueue<C, P>) -> R) -> Option<R> {
        let queue = self.peers.get_mut(&peer)?;
        let result = act(queue);
        if queue.has_something() && !queue.is_in_turn {
            queue.is_in_turn = true;
            self.ready.push_back(peer);
        }
        Some(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: InboxLimits = InboxLimits { reliable_packets: 2, unreliable_packets: 3 };
    const A: Peer = Peer(1);
    const B: Peer = Peer(2);

    fn inbox_of(peers: &[Peer]) -> Inbox<(), u32> {
        let mut inbox = Inbox::new(LIMITS);
        for &peer in peers {
            inbox.connected(peer, ());
            assert_eq!(inbox.pop(), Some(Popped::Connected { peer, about: () }));
        }
        inbox
    }

    fn pop_packets(inbox: &mut Inbox<(), u32>) -> Vec<(Peer, u32)> {
        std::iter::from_fn(|| match inbox.pop()? {
            Popped::Packet { peer, packet, .. } => Some((peer, packet)),
            other => panic!("expected a packet, got {other:?}"),
        })
        .collect()
    }

    #[test]
    fn a_full_voice_queue_drops_its_oldest() {
        let mut inbox = inbox_of(&[A]);
        for packet in 0..5 {
            inbox.push(A, Delivery::Unreliable, packet);
        }
        assert_eq!(pop_packets(&mut inbox), [(A, 2), (A, 3), (A, 4)]);
        assert_eq!(inbox.dropped(), 2);
    }

    #[test]
    fn a_full_control_queue_takes_no_more_and_says_when_it_has_room_again() {
        let mut inbox = inbox_of(&[A]);
        assert_eq!(inbox.push(A, Delivery::Reliable, 0), Pushed::Queued);
        assert_eq!(inbox.push(A, Delivery::Reliable, 1), Pushed::Queued);
        assert_eq!(inbox.push(A, Delivery::Reliable, 2), Pushed::Full(2));
        let made_room = |popped| match popped {
            Some(Popped::<(), u32>::Packet { made_room, .. }) => made_room,
            other => panic!("expected a packet, got {other:?}"),
        };
        assert!(made_room(inbox.pop()));
        assert!(!made_room(inbox.pop()), "said once only");
    }

    #[test]
    fn a_flooding_peer_does_not_delay_another() {
        let mut inbox = inbox_of(&[A, B]);
        for packet in 0..100 {
            inbox.push(A, Delivery::Unreliable, packet);
        }
        inbox.push(B, Delivery::Unreliable, 1000);
        let order = pop_packets(&mut inbox);
        assert_eq!(order[1], (B, 1000));
    }

    #[test]
    fn the_end_of_a_link_comes_once_and_after_its_packets() {
        let mut inbox = inbox_of(&[A]);
        inbox.push(A, Delivery::Reliable, 7);
        inbox.disconnected(A, DisconnectReason::TimedOut);
        inbox.disconnected(A, DisconnectReason::ClosedByUs);
        assert_eq!(inbox.push(A, Delivery::Reliable, 8), Pushed::Unwanted);
        assert!(matches!(inbox.pop(), Some(Popped::Packet { packet: 7, .. })));
        assert_eq!(inbox.pop(), Some(Popped::Disconnected { peer: A, reason: DisconnectReason::TimedOut }));
        assert_eq!(inbox.pop(), None);
        assert_eq!(inbox.push(A, Delivery::Reliable, 9), Pushed::Unwanted);
    }

    #[test]
    fn a_muted_peer_is_only_heard_of_when_it_is_gone() {
        let mut inbox = inbox_of(&[A]);
        inbox.push(A, Delivery::Reliable, 1);
        inbox.push(A, Delivery::Unreliable, 2);
        assert!(!inbox.mute(A));
        assert_eq!(inbox.push(A, Delivery::Reliable, 3), Pushed::Unwanted);
        assert_eq!(inbox.pop(), None);
        inbox.disconnected(A, DisconnectReason::ClosedByUs);
        assert!(matches!(inbox.pop(), Some(Popped::Disconnected { .. })));
    }

    #[test]
    fn packets_of_a_peer_that_is_expected_wait_until_it_is_connected() {
        let mut inbox: Inbox<(), u32> = Inbox::new(LIMITS);
        inbox.expect(A);
        inbox.expect(B);
        for peer in [A, B] {
            assert_eq!(inbox.push(peer, Delivery::Reliable, 7), Pushed::Queued);
        }
        assert_eq!(inbox.pop(), None);
        inbox.connected(A, ());
        assert_eq!(inbox.pop(), Some(Popped::Connected { peer: A, about: () }));
        assert_eq!(pop_packets(&mut inbox), [(A, 7)]);
        inbox.disconnected(B, DisconnectReason::TimedOut);
        assert!(matches!(inbox.pop(), Some(Popped::Disconnected { peer: B, .. })));
    }

    #[test]
    fn a_peer_that_never_connected_can_still_be_gone() {
        let mut inbox: Inbox<(), u32> = Inbox::new(LIMITS);
        inbox.expect(A);
        assert!(inbox.is_empty());
        inbox.disconnected(A, DisconnectReason::TimedOut);
        assert!(matches!(inbox.pop(), Some(Popped::Disconnected { peer: A, .. })));
    }
}
