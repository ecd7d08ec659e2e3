//! The end of connections, and the state that is kept for a while after it.

use std::time::Instant;

use consonance_link::{DisconnectReason, Peer};

use super::LiteNetLibServer;
use super::remote_client::{RemoteClient, State};
use crate::litenetlib::goodbye::Goodbye;

const TOO_SLOW: &str = "too slow";

impl LiteNetLibServer {
    /// Rejects a client that waits for an answer. Disconnects any other once it has proved its address and received
    /// all messages sent before.
    pub(super) fn ask_to_leave(&mut self, now: Instant, peer: Peer, words: &str) {
        let Some(client) = self.clients.get_mut(peer).filter(|client| client.is_here()) else { return };
        let goodbye_at = now + self.settings.connection.goodbye_timeout;
        let until = client.connected().and_then(|connected| connected.new_until).unwrap_or(goodbye_at);
        let former = std::mem::replace(&mut client.state, State::Asked { until });
        match former {
            State::Connected(connected) => {
                client.state = State::Leaving { connected, words: words.to_owned(), until };
                self.let_go_if_settled(now, peer);
            }
            State::Asked { .. } => self.say_goodbye(now, peer, words, true, DisconnectReason::ClosedByUs),
            State::Leaving { .. } | State::Gone { .. } => client.state = former,
        }
        self.settle(peer);
    }

    /// Ends a client that was asked to leave once it has taken everything.
    pub(super) fn let_go_if_settled(&mut self, now: Instant, peer: Peer) {
        let Some(RemoteClient { state: State::Leaving { connected, words, until }, .. }) =
            self.clients.get_mut(peer)
        else {
            return;
        };
        if connected.connection.is_settled() || *until <= now {
            let words = std::mem::take(words);
            self.say_goodbye(now, peer, &words, false, DisconnectReason::ClosedByUs);
        }
    }

    /// Ends a connection without waiting for messages that were sent, and keeps nothing of it: another one needs its
    /// slot.
    pub(super) fn close_at_once(&mut self, now: Instant, peer: Peer, words: &str) {
        self.say_goodbye(now, peer, words, false, DisconnectReason::ClosedByUs);
        self.forget(peer, DisconnectReason::ClosedByUs);
    }

    pub(super) fn end_too_slow(&mut self, now: Instant, peer: Peer) {
        self.clients.counts_mut().too_slow += 1;
        let queue = format!("{} reliable packets", self.settings().reliable_packets_waiting);
        self.say_goodbye(now, peer, TOO_SLOW, false, DisconnectReason::Overloaded { queue });
        self.settle(peer);
    }

    pub(super) fn end_for_violation(&mut self, now: Instant, peer: Peer, violation: &str) {
        self.clients.counts_mut().protocol_violations += 1;
        let reason = DisconnectReason::ProtocolViolated { violation: violation.to_owned() };
        self.say_goodbye(now, peer, violation, false, reason);
    }

    /// Reports the end, and repeats the goodbye until it is answered.
    pub(super) fn say_goodbye(
        &mut self,
        now: Instant,
        peer: Peer,
        words: &str,
        is_refused: bool,
        reason: DisconnectReason,
    ) {
        let Some(client) = self.clients.get_mut(peer) else { return };
        // Packets that are already merged are sent before it.
        let mut last_words = Vec::new();
        let address = client.address;
        let packet = client.attempt.disconnect(words);
        while client.poll_transmit(&mut last_words).is_some() {
            self.answers.push(address, |datagram| datagram.append(&mut last_words));
        }
        if let Some(connected) = client.connected() {
            self.counts.add(connected.connection.counts);
        }
        let goodbye = Goodbye::new(now, &self.settings.connection, packet);
        if client.spend(goodbye.packet().len()) {
            self.answers.push(address, |datagram| datagram.extend_from_slice(goodbye.packet()));
        }
        client.state = State::Gone { goodbye, is_refused };
        self.clients.retire(peer, reason);
    }

    /// Drops a client completely, and reports its end if it was not reported yet.
    pub(super) fn forget(&mut self, peer: Peer, reason: DisconnectReason) {
        let Some(mut client) = self.clients.end(peer, reason) else { return };
        self.talking.remove(&peer);
        if let Some(connected) = client.connected() {
            self.counts.add(connected.connection.counts);
        }
    }

    pub(super) fn run_timer(&mut self, now: Instant, peer: Peer) {
        let Some(client) = self.clients.get_mut(peer) else { return };
        match &mut client.state {
            State::Asked { until } if *until <= now => self.forget_newcomer(peer),
            State::Leaving { until, .. } if *until <= now => self.let_go_if_settled(now, peer),
            State::Gone { goodbye, .. } if goodbye.is_over(now) => {
                self.forget(peer, DisconnectReason::ClosedByUs);
            }
            State::Gone { goodbye, .. } => {
                if goodbye.repeats(now, &self.settings.connection) {
                    let packet = goodbye.packet().to_vec();
                    self.answer_guest(peer, &packet);
                }
            }
            State::Connected(connected) | State::Leaving { connected, .. } => {
                let is_never_heard = connected.new_until.is_some_and(|until| until <= now);
                if is_never_heard {
                    self.forget_newcomer(peer);
                } else if connected.connection.handle_timeout(now) {
                    self.let_go_if_settled(now, peer);
                } else {
                    self.forget(peer, DisconnectReason::TimedOut);
                }
            }
            State::Asked { .. } => {}
        }
    }

    pub(super) fn forget_newcomer(&mut self, peer: Peer) {
        self.clients.counts_mut().failed_handshakes += 1;
        self.forget(peer, DisconnectReason::TimedOut);
    }
}
