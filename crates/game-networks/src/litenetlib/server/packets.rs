//! Packets from any address.

use std::net::SocketAddr;
use std::time::Instant;

use consonance_link::{DisconnectReason, Peer};

use super::remote_client::{RemoteClient, State};
use super::{ACCEPT_GRACE, LiteNetLibServer, peer_id};
use crate::litenetlib::connection::TooMuchIncomplete;
use crate::litenetlib::handshake::{ConnectAccept, Disconnect};
use crate::litenetlib::packet_type::{Dialect, FirstByte, PacketType};

/// The second byte of the packet that says finally that a connection is unknown.
const FINAL: u8 = 1;

impl LiteNetLibServer {
    pub(super) fn handle_packet(&mut self, now: Instant, from: SocketAddr, packet: &[u8]) {
        let known = self.clients.by_key(&from);
        let known_dialect =
            known.and_then(|peer| self.clients.get(peer)).map(|client| client.attempt.dialect);
        if let Some(client) = known.and_then(|peer| self.clients.get_mut(peer)) {
            client.credit.earn(packet.len());
        }
        let of_request = || self.dialect_of_request(packet);
        let dialect = known_dialect.or_else(of_request).unwrap_or_default();
        let Some(header) = FirstByte::parse(packet, dialect) else {
            self.links.dropped.malformed += 1;
            return;
        };
        match (header.packet_type, known) {
            (PacketType::ConnectRequest, _) => self.handle_request(now, from, packet, dialect),
            (PacketType::Disconnect, _) => self.handle_disconnect(from, packet, dialect, known),
            (PacketType::PeerNotFound, _) => self.handle_not_found(now, from, packet, dialect, known),
            (PacketType::ShutdownOk, Some(peer)) => self.handle_goodbye_answered(peer),
            (_, Some(peer)) => {
                self.handle_connected(now, peer, packet);
                self.settle(peer);
            }
            (packet_type, None) if is_of_connection(packet_type) => {
                self.answer(from, &[FirstByte::new(PacketType::PeerNotFound, 0).byte(dialect)]);
            }
            (_, None) => {}
        }
    }

    fn handle_connected(&mut self, now: Instant, peer: Peer, packet: &[u8]) {
        let Some((client, mut messages)) = self.clients.get_with_messages(peer) else { return };
        let is_heard = client.is_heard();
        let Some(connected) = client.connected() else { return };
        let former_answers = connected.connection.answers();
        let handled = connected.connection.handle_packet(now, packet, &mut |channel, message| {
            if is_heard {
                messages.push(channel, |bytes| bytes.extend_from_slice(message));
            }
        });
        let (answers, is_guessing) = (connected.connection.answers(), connected.connection.is_guessing());
        if answers != former_answers {
            let is_proved = answers.is_none();
            client.handle_answer(now, &self.settings, is_proved);
            if is_proved {
                self.take_slot(now, peer);
            }
        }
        match handled {
            Ok(()) if is_guessing => self.end_for_violation(now, peer, "answers to what it was not asked"),
            Ok(()) => self.let_go_if_settled(now, peer),
            Err(TooMuchIncomplete) => self.end_for_violation(now, peer, "too many incomplete messages"),
        }
    }

    fn handle_disconnect(&mut self, from: SocketAddr, packet: &[u8], dialect: Dialect, known: Option<Peer>) {
        self.answer(from, &[FirstByte::new(PacketType::ShutdownOk, 0).byte(dialect)]);
        let Some(goodbye) = Disconnect::parse(packet, dialect) else { return };
        let Some((peer, client)) = known.and_then(|peer| Some((peer, self.clients.get(peer)?))) else {
            return;
        };
        let (RemoteClient { attempt, .. }, connection_number) = (client, goodbye.connection_number);
        if (attempt.connect_time, attempt.connection_number) == (goodbye.connect_time, connection_number) {
            let reason = match client.state {
                State::Leaving { .. } => DisconnectReason::ClosedByUs,
                _ => DisconnectReason::closed_by_peer(goodbye.extra),
            };
            self.forget(peer, reason);
        }
    }

    fn handle_goodbye_answered(&mut self, peer: Peer) {
        if self.clients.get(peer).is_some_and(|client| !client.is_here()) {
            self.forget(peer, DisconnectReason::ClosedByUs);
        }
    }

    /// Handles a packet of a peer that does not know a connection, or asks whether we know one.
    fn handle_not_found(
        &mut self,
        now: Instant,
        from: SocketAddr,
        packet: &[u8],
        dialect: Dialect,
        known: Option<Peer>,
    ) {
        let client = known.and_then(|peer| self.clients.get_mut(peer));
        if let Some(announcement) = ConnectAccept::parse(packet) {
            let is_known = client.zip(known).is_some_and(|(client, peer)| {
                (client.attempt.connect_time, peer_id(peer))
                    == (announcement.connect_time, announcement.peer_id)
            });
            if !is_known {
                self.answer(from, &[FirstByte::new(PacketType::PeerNotFound, 0).byte(dialect), FINAL]);
            }
            return;
        }
        let Some((client, peer)) = client.zip(known) else { return };
        let (attempt, is_silent) = (client.attempt, client.is_silent_for(now, self.settings.replace_after));
        let Some(connected) = client.connected() else { return };
        match packet {
            [_] if now.saturating_duration_since(connected.accepted_at) >= ACCEPT_GRACE => {
                let announcement = attempt.announcement(attempt.peer_id, true);
                connected.connection.put_alone(&announcement.to_bytes(dialect));
                self.settle(peer);
            }
            // This can be spoofed; a client that really sends it is otherwise silent.
            [_, FINAL] if is_silent => {
                self.forget(peer, DisconnectReason::closed_by_peer(b"it knows no such connection"));
            }
            _ => {}
        }
    }
}

/// Whether a packet belongs to a connection, so that its sender must believe that there is one.
fn is_of_connection(packet_type: PacketType) -> bool {
    matches!(
        packet_type,
        PacketType::Unreliable
            | PacketType::Channeled
            | PacketType::Ack
            | PacketType::Ping
            | PacketType::Pong
            | PacketType::MtuCheck
            | PacketType::MtuOk
            | PacketType::Merged
    )
}
