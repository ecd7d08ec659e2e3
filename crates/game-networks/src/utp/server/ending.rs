//! The end of a connection: with a goodbye or without, and after the last reliable data has arrived.

use std::net::SocketAddr;
use std::time::Instant;

use consonance_link::{DisconnectReason, Peer};

use super::UtpServer;
use super::remote_client::State;
use crate::utp::datagram::{Datagram, DatagramKind, GOODBYE_BYTES, Token};

impl UtpServer {
    /// Removes a client that is leaving as soon as everything has arrived.
    pub(super) fn end_if_done(&mut self, now: Instant, peer: Peer) {
        let is_done = self.clients.get(peer).is_some_and(|client| {
            matches!(client.state, State::Leaving { .. }) && client.connection.is_done()
        });
        if is_done {
            self.end(now, peer, DisconnectReason::ClosedByUs);
        }
    }

    /// Sends what is queued for a client, then a goodbye, and removes it.
    pub(super) fn end(&mut self, now: Instant, peer: Peer, reason: DisconnectReason) {
        let Some(client) = self.clients.get_mut(peer) else { return };
        let (address, token) = (client.address, client.connection.token());
        if client.state != State::Requested {
            let mut datagram = Vec::new();
            while client.poll_transmit(now, &mut datagram) {
                self.parting.push(address, |bytes| bytes.append(&mut datagram));
            }
        }
        if client.credit.spend(GOODBYE_BYTES) {
            self.say_goodbye(address, token);
        }
        self.clients.end(peer, reason);
    }

    pub(super) fn say_goodbye(&mut self, to: SocketAddr, token: Token) {
        let goodbye = Datagram { token, kind: DatagramKind::Disconnect };
        self.parting.push(to, |bytes| goodbye.write(bytes));
    }
}
