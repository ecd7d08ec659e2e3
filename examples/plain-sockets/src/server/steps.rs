//! The work of a server at each poll.

use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

use consonance_link::{Delivery, DisconnectReason, Peer};

use super::PlainServer;
use super::guest::Guest;
use crate::LIMITS;
use crate::tcp_link::Broken;
use crate::token::Token;

/// Connections taken in one go, and …
const NEWCOMERS_PER_LOOK: usize = 64;
/// … datagrams, so that a flood does not keep us here.
const DATAGRAMS_PER_LOOK: usize = 1024;

impl PlainServer {
    /// Receives from all clients, and sends what waits.
    pub(super) fn look(&mut self, now: Instant) {
        self.look_for_newcomers(now);
        self.refusals.look(now);
        self.look_for_packets(now);
        self.look_for_datagrams();
    }

    /// Forgets a guest and reports its end.
    pub(super) fn end(&mut self, peer: Peer, reason: DisconnectReason) {
        if let Some(guest) = self.guests.remove(&peer) {
            self.by_token.remove(&guest.token);
            guest.source.map(|source| self.by_source.remove(&source));
            self.inbox.disconnected(peer, reason);
        }
    }

    fn look_for_newcomers(&mut self, now: Instant) {
        for _ in 0..NEWCOMERS_PER_LOOK {
            // No connection, or one that was reset already; others are accepted at the next poll.
            let Ok((stream, remote)) = self.listener.accept() else { return };
            if self.is_shut_down {
                self.statistics.connections.rejected_full += 1;
            } else if self.guests.len() >= self.settings.clients_max as usize {
                self.statistics.connections.rejected_full += 1;
                self.refusals.refuse(now, stream, remote, self.settings.clients_max);
            } else if let Some(guest) = self.guest(stream) {
                self.last_peer += 1;
                let peer = Peer(self.last_peer);
                self.by_token.insert(guest.token, peer);
                self.guests.insert(peer, guest);
                self.inbox.connected(peer, remote);
            }
        }
    }

    /// With a unique token.
    fn guest(&self, stream: TcpStream) -> Option<Guest> {
        let mut guest = Guest::new(stream).ok()?;
        while self.by_token.contains_key(&guest.token) {
            guest.token = Token::random();
        }
        Some(guest)
    }

    fn look_for_packets(&mut self, now: Instant) {
        let mut ended = Vec::new();
        for (&peer, guest) in &mut self.guests {
            if guest.has_left(now) {
                ended.push((peer, DisconnectReason::ClosedByUs));
            } else if !guest.is_leaving()
                && let Err(broken) = guest.read(peer, &mut self.inbox)
            {
                let is_violation = matches!(broken, Broken::TooLong(_));
                self.statistics.connections.protocol_violations += u64::from(is_violation);
                ended.push((peer, broken.reason()));
            }
        }
        for (peer, reason) in ended {
            self.end(peer, reason);
        }
    }

    fn look_for_datagrams(&mut self) {
        // One byte more than the longest packet, so that longer ones are detected.
        let mut buffer = [0; LIMITS.unreliable_bytes + 1];
        for _ in 0..DATAGRAMS_PER_LOOK {
            let Ok((length, source)) = self.udp.recv_from(&mut buffer) else { return };
            let datagram = &buffer[..length];
            let is_known = match Token::parse(datagram) {
                Some(token) => self.introduce(token, source),
                None => self.push_datagram(source, datagram),
            };
            if !is_known {
                self.statistics.links.dropped.malformed += 1;
            }
        }
    }

    /// The first source with a guest's token is that guest's; another one is an attacker with a stolen token.
    fn introduce(&mut self, token: Token, source: SocketAddr) -> bool {
        let Some(guest) = self.by_token.get(&token).and_then(|peer| self.guests.get_mut(peer)) else {
            return false;
        };
        if guest.source.is_none() && !self.by_source.contains_key(&source) {
            guest.source = Some(source);
            self.by_source.insert(source, self.by_token[&token]);
        }
        let is_its_own = guest.source == Some(source);
        if is_its_own {
            // If the reply is lost, the guest sends its token again.
            let _ = self.udp.send_to(&token.to_bytes(), source);
        }
        is_its_own
    }

    fn push_datagram(&mut self, source: SocketAddr, datagram: &[u8]) -> bool {
        match self.by_source.get(&source) {
            Some(&peer) if datagram.len() <= LIMITS.unreliable_bytes => {
                self.inbox.push(peer, Delivery::Unreliable, datagram.to_vec());
                true
            }
            _ => false,
        }
    }
}
