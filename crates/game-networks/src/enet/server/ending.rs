//! The end of connections.

use std::net::SocketAddr;
use std::time::Instant;

use consonance_link::{DisconnectReason, Peer};
use rusty_enet::PeerState;

use super::{EnetServer, Phase, RemoteClient};
use crate::enet::screening::write_refusal;

impl EnetServer {
    /// Ends a connection: messages sent before arrive first, if the client takes them soon. A client that was not
    /// accepted yet is rejected.
    pub(super) fn close(&mut self, now: Instant, peer: Peer) {
        let until = now + self.settings.connection.goodbye_timeout;
        let Some(client) = self.clients.get_mut(peer) else { return };
        match &mut client.phase {
            Phase::Ending => {}
            Phase::Asking(_) => {
                let (remote, name) = (client.remote, client.connect.peer);
                self.machines.at(0).push(remote, |datagram| write_refusal(name, datagram));
                self.end(peer, DisconnectReason::ClosedByUs);
            }
            Phase::Proving { waiting, .. } if waiting.is_empty() => {
                self.hang_up(peer);
                self.end(peer, DisconnectReason::ClosedByUs);
            }
            Phase::Proving { is_unwanted, .. } => {
                *is_unwanted = true;
                self.clients.set_timer_no_later(peer, until);
            }
            Phase::Open => {
                client.phase = Phase::Ending;
                let number = client.number;
                self.clients.drop_messages_of(peer);
                self.clients.set_timer(peer, until);
                if let Some(enet_peer) = number.and_then(|number| self.machines.enet_peer(number)) {
                    enet_peer.disconnect_later(0);
                }
            }
        }
    }

    /// Ends a connection without waiting for messages that were sent: another one needs its slot.
    pub(super) fn close_at_once(&mut self, peer: Peer) {
        self.hang_up(peer);
        self.end(peer, DisconnectReason::ClosedByUs);
    }

    /// A client's deadline has passed: to prove its address, or to take the last messages.
    pub(super) fn lose_patience(&mut self, peer: Peer) {
        let Some(client) = self.clients.get(peer) else { return };
        if client.is_unwanted() {
            self.hang_up(peer);
            self.end(peer, DisconnectReason::ClosedByUs);
        } else {
            if let Some(enet_peer) = client.number.and_then(|number| self.machines.enet_peer(number)) {
                enet_peer.reset();
            }
            self.clients.counts_mut().failed_handshakes += 1;
            self.end(peer, DisconnectReason::TimedOut);
        }
    }

    /// ENet reports the end of a connection that we have ended, of a client that has just left, or of a silent one.
    pub(super) fn end_by_enet(&mut self, peer: Peer, has_left: bool) {
        let Some(client) = self.clients.get(peer) else { return };
        let reason = if client.is_unwanted() {
            DisconnectReason::ClosedByUs
        } else if has_left {
            DisconnectReason::closed_by_peer(b"")
        } else {
            DisconnectReason::TimedOut
        };
        self.end(peer, reason);
    }

    /// Ends a client that has left before it proved its address, because ENet does not report that.
    pub(super) fn end_if_forgotten(&mut self, peer: Peer) {
        let Some(number) = self.clients.get(peer).and_then(|client| client.number) else { return };
        let is_forgotten = self
            .machines
            .enet_peer(number)
            .is_some_and(|enet_peer| enet_peer.state() == PeerState::Disconnected);
        if is_forgotten {
            self.end_by_enet(peer, true);
        }
    }

    /// A client that has not proved its address has left, or asks again.
    pub(super) fn end_unproved_at(&mut self, remote: SocketAddr, reason: &DisconnectReason) {
        let here = self.clients.with_keys((remote, 0)..=(remote, u32::MAX));
        let unproved: Vec<Peer> = here.filter(|peer| self.clients.is_unproved(*peer)).collect();
        for peer in unproved {
            let number = self.clients.get(peer).and_then(|client| client.number);
            if let Some(enet_peer) = number.and_then(|number| self.machines.enet_peer(number)) {
                enet_peer.reset();
            }
            self.end(peer, reason.clone());
        }
    }

    /// Ends a client that does not take its reliable messages.
    pub(super) fn end_for_slowness(&mut self, peer: Peer) {
        self.clients.counts_mut().too_slow += 1;
        self.hang_up(peer);
        let bytes = self.settings.connection.queued_bytes_max;
        self.end(peer, DisconnectReason::Overloaded { queue: format!("{bytes} bytes of messages") });
    }

    /// Ends a client that violates the protocol.
    pub(super) fn end_for_violation(&mut self, peer: Peer, violation: &str) {
        self.clients.counts_mut().protocol_violations += 1;
        self.hang_up(peer);
        self.end(peer, DisconnectReason::ProtocolViolated { violation: violation.to_owned() });
    }

    /// Drops a connection that ENet no longer has, and reports its end.
    pub(super) fn end(&mut self, peer: Peer, reason: DisconnectReason) {
        let Some(client) = self.clients.end(peer, reason) else { return };
        if let Phase::Proving { waiting_bytes, .. } = client.phase {
            self.unproved_bytes -= waiting_bytes;
        }
        if let Some(number) = client.number {
            self.machines.free(number, &client.remote, client.is_proved());
            self.by_number.remove(&(client.remote, number.peer));
        }
        self.forget_address(&client);
    }

    fn forget_address(&mut self, client: &RemoteClient) {
        if !client.is_proved() {
            if let Some(number) = client.number {
                self.machines.at(number.machine).credits().forget(&client.remote);
            }
        } else if let Some(proved) = self.proved.get_mut(&client.remote) {
            *proved -= 1;
            if *proved == 0 {
                self.proved.remove(&client.remote);
            }
        }
    }

    /// Says goodbye without waiting for its arrival.
    fn hang_up(&mut self, peer: Peer) {
        let number = self.clients.get(peer).and_then(|client| client.number);
        if let Some(enet_peer) = number.and_then(|number| self.machines.enet_peer(number)) {
            enet_peer.disconnect_now(0);
        }
    }
}
