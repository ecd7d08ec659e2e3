//! The links that are not read for a while.

use std::collections::VecDeque;
use std::time::Instant;

use consonance_link::gateway::tcp::TcpId;

/// Paused links, until they have read enough of their output.
#[derive(Debug, Default)]
pub(super) struct Held {
    links: VecDeque<TcpId>,
    /// The time at which links were resumed after the last poll, so that another poll is due.
    let_go_at: Option<Instant>,
}

impl Held {
    pub(super) fn contains(&self, id: TcpId) -> bool {
        self.links.contains(&id)
    }

    /// The time of a poll that no other event causes.
    pub(super) fn wants_poll_at(&self) -> Option<Instant> {
        self.let_go_at
    }

    /// Pauses a link.
    pub(super) fn push(&mut self, id: TcpId) {
        self.links.push_back(id);
    }

    /// All paused links, which are none until they are paused again.
    pub(super) fn take(&mut self) -> VecDeque<TcpId> {
        std::mem::take(&mut self.links)
    }

    /// Some links were resumed.
    pub(super) fn note_resumed(&mut self, now: Instant) {
        self.let_go_at = Some(now);
    }

    /// All links that may be read were read.
    pub(super) fn note_look(&mut self) {
        self.let_go_at = None;
    }
}
