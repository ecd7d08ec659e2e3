//! Links that are not listened to for a while, since much waits that they are to be told.
//!
//! What comes over a link makes more to tell it: after a voice server was gone, all players of a game begin at once,
//! and each is told of all others. A link that says more than it reads has to wait, by TCP's flow control.

use std::collections::VecDeque;
use std::time::Instant;

use consonance_gateway::tcp::TcpId;

use super::SidecarServer;

/// Those that wait until they have processed what they were sent.
#[derive(Debug, Default)]
pub(super) struct Held {
    links: VecDeque<TcpId>,
    /// When some were let go after the last look, so that they have to be looked at.
    let_go_at: Option<Instant>,
}

impl Held {
    pub(super) fn contains(&self, id: TcpId) -> bool {
        self.links.contains(&id)
    }

    /// When there is something to look at that nothing else tells of.
    pub(super) fn wants_poll_at(&self) -> Option<Instant> {
        self.let_go_at
    }

    /// All that may be looked at was.
    pub(super) fn note_look(&mut self) {
        self.let_go_at = None;
    }
}

impl SidecarServer {
    /// Whether a link has to take in more before it is listened to. What it may take now is sent first.
    pub(super) fn hold_back(&mut self, now: Instant, id: TcpId) -> bool {
        let Self { links, tcp, held, .. } = self;
        let Some(link) = links.get_mut(&id) else { return false };
        if !link.end.outbox.is_filling() {
            return false;
        }
        link.flush(now, tcp);
        let is_held = link.end.outbox.is_filling();
        if is_held && !held.contains(id) {
            held.links.push_back(id);
        }
        is_held
    }

    /// Listens again to those that have processed enough.
    pub(super) fn let_go(&mut self, now: Instant) {
        let links = std::mem::take(&mut self.held.links);
        let before = self.turn.len();
        for id in links {
            match self.links.get(&id) {
                Some(link) if link.end.outbox.is_filling() => self.held.links.push_back(id),
                Some(_) => self.hear(now, id),
                None => {}
            }
        }
        if self.turn.len() > before {
            self.held.let_go_at = Some(now);
        }
    }

    /// Takes what a link has said, unless it is held back: then it stays where it is, and with enough of it TCP makes
    /// the other end wait.
    pub(super) fn hear(&mut self, now: Instant, id: TcpId) {
        let Some(link) = self.links.get_mut(&id).filter(|_| !self.held.contains(id)) else { return };
        let said = self.tcp.received(id);
        let was_quiet = link.end.handle_bytes(now, said);
        let bytes = said.len();
        let peers = if was_quiet { link.peers() } else { Vec::new() };
        self.tcp.consume(id, bytes);
        self.note_reachability(peers, true);
        self.turn.push_back(id);
    }
}
