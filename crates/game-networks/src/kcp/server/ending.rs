//! The end of connections.

use std::time::Instant;

use consonance_link::{DisconnectReason, Peer};

use super::KcpServer;
use super::remote_client::Phase;
use crate::kcp::hello::Hello;

impl KcpServer {
    /// Ends a connection: messages sent before arrive first, if the client takes them soon. A client that was not
    /// accepted yet is rejected.
    pub(super) fn close(&mut self, now: Instant, peer: Peer) {
        let Some(client) = self.clients.get_mut(peer) else { return };
        match client.phase {
            Phase::Closing(_) => {}
            Phase::Newcomer => {
                let (generation, cookie) = (client.link.generation(), client.link.cookie_out);
                let refused = Hello { generation, cookie, segments: &[] };
                if client.credit.spend(generation.hello_bytes()) {
                    self.outgoing.push(client.remote, |out| refused.refuse(out));
                }
                self.end(peer, DisconnectReason::ClosedByUs);
            }
            Phase::Open => {
                client.phase = Phase::Closing(now + self.settings.link.goodbye_timeout);
                client.link.say_goodbye();
                self.touch(peer);
                self.finish_closing(now, peer);
            }
        }
    }

    /// Ends a connection without waiting for messages that were sent: another one needs its slot.
    pub(super) fn close_at_once(&mut self, now: Instant, peer: Peer) {
        if self.clients.get(peer).is_some_and(|client| client.phase == Phase::Newcomer) {
            self.close(now, peer);
        } else {
            self.hang_up(now, peer);
            self.end(peer, DisconnectReason::ClosedByUs);
        }
    }

    /// Completes the end of a connection that we have ended, once the last messages have arrived or their time is over.
    pub(super) fn finish_closing(&mut self, now: Instant, peer: Peer) {
        let Some(client) = self.clients.get_mut(peer) else { return };
        let Phase::Closing(until) = client.phase else { return };
        if client.link.arq().is_idle() || now >= until {
            client.emit_goodbye(&mut self.outgoing);
            self.end(peer, DisconnectReason::ClosedByUs);
        }
    }

    /// The client said goodbye.
    pub(super) fn end_by_peer(&mut self, peer: Peer) {
        self.end(peer, DisconnectReason::closed_by_peer(b""));
    }

    /// Ends a client that violates the protocol.
    pub(super) fn end_for_violation(&mut self, now: Instant, peer: Peer, violation: &str) {
        self.clients.counts_mut().protocol_violations += 1;
        self.hang_up(now, peer);
        self.end(peer, DisconnectReason::ProtocolViolated { violation: violation.to_owned() });
    }

    /// Ends a connection that cannot continue.
    pub(super) fn check(&mut self, now: Instant, peer: Peer) {
        self.finish_closing(now, peer);
        let Some(client) = self.clients.get(peer) else { return };
        if client.must_prove_by().is_some_and(|until| now >= until) {
            self.clients.counts_mut().failed_handshakes += 1;
            self.end(peer, DisconnectReason::TimedOut);
            return;
        }
        let Some(reason) = client.link.failure(now) else { return };
        if matches!(reason, DisconnectReason::Overloaded { .. }) {
            self.clients.counts_mut().too_slow += 1;
        }
        self.hang_up(now, peer);
        self.end(peer, reason);
    }

    /// Drops a connection and reports its end. One that we have ended is reported as ended by us, regardless of later
    /// events.
    pub(super) fn end(&mut self, peer: Peer, reason: DisconnectReason) {
        let is_ours = self.clients.get(peer).is_some_and(|client| matches!(client.phase, Phase::Closing(_)));
        let reason = if is_ours { DisconnectReason::ClosedByUs } else { reason };
        if self.clients.end(peer, reason).is_some() {
            self.settings.learned.forget(peer);
        }
    }

    /// Says goodbye without waiting for its arrival.
    fn hang_up(&mut self, now: Instant, peer: Peer) {
        let Some(client) = self.clients.get_mut(peer) else { return };
        client.link.say_goodbye();
        client.flush(now, &mut self.outgoing);
        client.emit_goodbye(&mut self.outgoing);
    }
}
