//! Optional capabilities of networks, requested by type.
//!
//! A driver asks with [`ServerNetworkExt`]; a network answers in [`ServerNetwork::provide`]. A new capability is a
//! new type, and other networks need no change:
//!
//! ```
//! use std::time::Instant;
//!
//! use consonance_link::memory::MemoryNetwork;
//! use consonance_link::{PacketsOnThreads, ServerNetworkExt as _};
//!
//! let server = MemoryNetwork::new().listen();
//! assert_eq!(server.capability::<PacketsOnThreads>(Instant::now()), None, "it has no threads");
//! ```

use std::any::{Any, TypeId};
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crate::{Delivery, NetworkChannel, Peer, ServerNetwork};

/// A request for a value of one type.
pub struct CapabilityRequest<'r> {
    wanted: TypeId,
    peer: Option<Peer>,
    /// An `Option` of the type.
    answer: &'r mut dyn Any,
}

impl CapabilityRequest<'_> {
    /// The peer that it is about; `None` if it is about the network as a whole.
    pub fn peer(&self) -> Option<Peer> {
        self.peer
    }

    /// Answers, if it is a request for a `T` about the network as a whole.
    pub fn provide<T: 'static>(&mut self, make: impl FnOnce() -> Option<T>) -> &mut Self {
        if self.peer.is_none() {
            self.answer(make);
        }
        self
    }

    /// Answers, if it is a request for a `T` about a peer.
    pub fn provide_of_peer<T: 'static>(&mut self, make: impl FnOnce(Peer) -> Option<T>) -> &mut Self {
        if let Some(peer) = self.peer {
            self.answer(|| make(peer));
        }
        self
    }

    fn answer<T: 'static>(&mut self, make: impl FnOnce() -> Option<T>) {
        if self.wanted == TypeId::of::<T>()
            && let Some(answer) = self.answer.downcast_mut::<Option<T>>()
        {
            *answer = make();
        }
    }
}

impl fmt::Debug for CapabilityRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CapabilityRequest").field("peer", &self.peer).finish_non_exhaustive()
    }
}

/// Asks a network for a capability that only some networks have.
pub trait ServerNetworkExt<C: NetworkChannel = Delivery> {
    /// A value about the network as a whole; `None` if it has none of this type.
    fn capability<T: 'static>(&self, now: Instant) -> Option<T>;

    /// A value about one of its peers; `None` if it has none of this type, or there is no such peer.
    fn peer_capability<T: 'static>(&self, now: Instant, peer: Peer) -> Option<T>;
}

impl<C: NetworkChannel, N: ServerNetwork<C> + ?Sized> ServerNetworkExt<C> for N {
    fn capability<T: 'static>(&self, now: Instant) -> Option<T> {
        ask(self, now, None)
    }

    fn peer_capability<T: 'static>(&self, now: Instant, peer: Peer) -> Option<T> {
        ask(self, now, Some(peer))
    }
}

fn ask<T: 'static, C: NetworkChannel>(
    network: &(impl ServerNetwork<C> + ?Sized),
    now: Instant,
    peer: Option<Peer>,
) -> Option<T> {
    let mut answer = None::<T>;
    network.provide(now, &mut CapabilityRequest { wanted: TypeId::of::<T>(), peer, answer: &mut answer });
    answer
}

/// Of a network: the number of unreliable packets so far, sent and received, on threads other than the polling one. A
/// measure of work that does not show on the polling thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacketsOnThreads(pub u64);

/// Of a peer: the number by which the network identifies its player beyond this connection, such as an account or a
/// player of the game's room. The network vouches for it: nothing that the peer sends can change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerIdentity(pub u64);

/// Of a peer: the account by which the network knows its player beyond this connection, such as the hash of the
/// certificate whose key the player's client has: the kind of network, a colon, and the network's name for the account;
/// at most [`ACCOUNT_BYTES_MAX`](Self::ACCOUNT_BYTES_MAX) bytes. The network vouches for it, as for a [`PeerIdentity`].
///
/// An account only shows that a player is the same as before: players may create as many as they like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerAccount(pub Box<str>);

impl PeerAccount {
    /// The same length as for the subject of a join token.
    pub const ACCOUNT_BYTES_MAX: usize = 128;
}

/// Of a peer that was just reported as connected: it may believe that it was never away, because only a third party's
/// link broke. Its earlier state must be renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resumed;

/// Of a network whose peers use links of a third party, such as a game's server: which of these links fell silent or
/// work again, known before their peers are gone.
///
/// Drivers ask for it once, and take its changes after `poll_event` has returned `None` and before they handle a
/// `Disconnected`. Clones share its content.
#[derive(Clone, Debug, Default)]
pub struct ReachabilityFeed(Arc<Mutex<VecDeque<Reachability>>>);

/// Peers that share a link, and whether it works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reachability {
    /// The peers that share it.
    pub peers: Vec<Peer>,
    /// Whether anything arrives over it; if not, it has been silent for longer than its other end ever is.
    pub is_reachable: bool,
}

impl ReachabilityFeed {
    /// Adds a change.
    pub fn push(&self, change: Reachability) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(change);
    }

    /// The next change.
    pub fn pop(&self) -> Option<Reachability> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}
