//! Links that are not read for a while, since too much output waits for them.
//!
//! Input from a link causes more output to it: after a voice server was gone, all players of a game begin at once,
//! and each is told of all others. A link that sends more than it reads is paused by TCP's flow control.

use std::time::Instant;

use consonance_link::gateway::tcp::TcpId;

use super::SidecarServer;

impl SidecarServer {
    /// Whether a link has to take more output before it is read. Sends the output that it can take first.
    pub(super) fn hold_back(&mut self, now: Instant, id: TcpId) -> bool {
        let Self { links, tcp, held, .. } = self;
        let Some(link) = links.get_mut(&id) else { return false };
        if !link.end.channel.outbox.is_filling() {
            return false;
        }
        link.flush(now, tcp);
        let is_held = link.end.channel.outbox.is_filling();
        if is_held && !held.contains(id) {
            held.push(id);
        }
        is_held
    }

    /// Resumes links that have taken enough of their output.
    pub(super) fn let_go(&mut self, now: Instant) {
        let links = self.held.take();
        let before = self.turn.len();
        for id in links {
            match self.links.get(&id) {
                Some(link) if link.end.channel.outbox.is_filling() => self.held.push(id),
                Some(_) => self.hear(now, id),
                None => {}
            }
        }
        if self.turn.len() > before {
            self.held.note_resumed(now);
        }
    }

    /// Reads the received bytes of a link, unless it is paused: then they stay in the socket, and with enough of them
    /// TCP makes the other end wait.
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
