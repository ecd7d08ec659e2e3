//! The part of a client that its server and other players use.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use super::bounds::QUEUES;
use super::direct::LinkToPlayer;
use crate::Peer;
use crate::inbox::Mailbox;
use crate::packet_pool::SharedPacket;

/// How many direct links a client may have: as many as a session's client takes.
pub(super) const DIRECT_LINKS_MAX: usize = 1024;

/// Attempts to connect to a server and direct links share a mailbox, so peer numbers tell them apart: direct links
/// have the odd ones.
#[derive(Debug)]
pub(super) struct ClientEnd {
    /// Each new link's data: nothing from the server, the other end from a player.
    pub(super) mailbox: Mailbox<Option<LinkToPlayer>, SharedPacket>,
    attempts: AtomicU64,
    links_made: AtomicU64,
    /// Direct links whose end has not been reported yet.
    direct_links: AtomicUsize,
    is_gone: AtomicBool,
}

impl ClientEnd {
    pub(super) fn new() -> Self {
        Self {
            mailbox: Mailbox::new(QUEUES),
            attempts: AtomicU64::new(0),
            links_made: AtomicU64::new(0),
            direct_links: AtomicUsize::new(0),
            is_gone: AtomicBool::new(false),
        }
    }

    pub(super) fn next_attempt(&self) -> Peer {
        Peer(2 * (self.attempts.fetch_add(1, Ordering::Relaxed) + 1))
    }

    pub(super) fn next_direct_link(&self) -> Peer {
        Peer(2 * self.links_made.fetch_add(1, Ordering::Relaxed) + 1)
    }

    pub(super) fn is_direct_link(name: Peer) -> bool {
        name.0 % 2 == 1
    }

    /// Makes room for a direct link, if there is any.
    pub(super) fn take_place(&self) -> bool {
        let one_more = |links| (links < DIRECT_LINKS_MAX).then_some(links + 1);
        let has_room = || self.direct_links.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
        !self.is_gone() && has_room().is_ok()
    }

    pub(super) fn give_place_back(&self) {
        self.direct_links.fetch_sub(1, Ordering::Relaxed);
    }

    /// Whether the client was dropped, so that nothing is polled any more.
    pub(super) fn is_gone(&self) -> bool {
        self.is_gone.load(Ordering::SeqCst)
    }

    pub(super) fn leave(&self) {
        self.is_gone.store(true, Ordering::SeqCst);
    }
}
