//! Several servers behind one port, each with the links of its own sessions.

use std::collections::VecDeque;
use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use consonance_link::Delivery;
use consonance_link::gateway::tcp::MovedTcp;

use super::guest_link::GuestLink;
use crate::sidecar::frame::PlayerNumber;

/// One server's access to the inboxes of all servers.
pub(super) struct Shards {
    own: usize,
    inboxes: Arc<[Mutex<Inbox>]>,
    place: Arc<dyn Fn(&str) -> usize + Send + Sync>,
}

/// A link on its way to another server, with the player that it is moved for.
#[derive(Debug)]
pub(super) struct MovedLink {
    pub(super) tcp: MovedTcp,
    pub(super) link: GuestLink,
    pub(super) first: First,
}

/// A new player of a link: from an announcement, or with its first packet.
#[derive(Debug)]
pub(super) struct First {
    pub(super) player: PlayerNumber,
    pub(super) remote: Option<SocketAddr>,
    pub(super) was_there: bool,
    pub(super) packet: Option<(Delivery, Vec<u8>)>,
}

impl First {
    /// A player that was not announced before its first packet.
    pub(super) fn with_packet(player: PlayerNumber, delivery: Delivery, packet: &[u8]) -> Self {
        Self { player, remote: None, was_there: false, packet: Some((delivery, packet.to_vec())) }
    }

    /// A player that the game's server announces, with its address; an unreadable address counts as none.
    pub(super) fn announced(player: PlayerNumber, was_there: bool, address: &[u8]) -> Self {
        let remote = String::from_utf8_lossy(address).parse().ok();
        Self { player, remote, was_there, packet: None }
    }
}

/// The queue of links moved to one server; never longer than the limit of links.
#[derive(Debug, Default)]
struct Inbox {
    moved: VecDeque<MovedLink>,
    waker: Option<Waker>,
    is_closed: bool,
}

impl Shards {
    /// One for each server.
    pub(super) fn all(
        count: NonZeroUsize,
        place: impl Fn(&str) -> usize + Send + Sync + 'static,
    ) -> impl Iterator<Item = Self> {
        let inboxes: Arc<[Mutex<Inbox>]> = (0..count.get()).map(|_| Mutex::default()).collect();
        let place: Arc<dyn Fn(&str) -> usize + Send + Sync> = Arc::new(place);
        let shard = move |own| Self { own, inboxes: Arc::clone(&inboxes), place: Arc::clone(&place) };
        (0..count.get()).map(shard)
    }

    /// The other server that this session belongs to, if any.
    pub(super) fn elsewhere(&self, session: &str) -> Option<usize> {
        let shard = (self.place)(session);
        (shard != self.own && shard < self.inboxes.len()).then_some(shard)
    }

    /// Moves a link to another server. If that server is gone, the link is closed.
    pub(super) fn hand_over(&self, shard: usize, moved: MovedLink) {
        let mut inbox = lock(&self.inboxes[shard]);
        if !inbox.is_closed {
            inbox.moved.push_back(moved);
        }
        let waker = inbox.waker.clone();
        drop(inbox);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// The next link for this server.
    pub(super) fn take(&self) -> Option<MovedLink> {
        lock(&self.inboxes[self.own]).moved.pop_front()
    }

    pub(super) fn set_waker(&self, waker: Waker) {
        lock(&self.inboxes[self.own]).waker = Some(waker);
    }

    /// Rejects further links.
    pub(super) fn close(&self) {
        let mut inbox = lock(&self.inboxes[self.own]);
        inbox.is_closed = true;
        inbox.moved.clear();
    }
}

impl fmt::Debug for Shards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shards").field("own", &self.own).finish_non_exhaustive()
    }
}

/// A panic of another thread leaves valid data behind: no change under the lock is partial.
fn lock(inbox: &Mutex<Inbox>) -> MutexGuard<'_, Inbox> {
    inbox.lock().unwrap_or_else(PoisonError::into_inner)
}
