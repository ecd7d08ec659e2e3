//! Connection requests: new, repeated, from a returning client, and rejected ones.

use std::net::SocketAddr;
use std::time::Instant;

use consonance_link::gateway::udp::Credit;
use consonance_link::{DisconnectReason, MADE_ROOM, Peer, SERVER_FULL, SHUTTING_DOWN};

use super::remote_client::{Attempt, RemoteClient, State};
use super::{LiteNetLibServer, peer_id};
use crate::litenetlib::handshake::{ConnectRequest, PROTOCOL, protocol_of};
use crate::litenetlib::packet_type::{Dialect, FirstByte, PacketType};

/// The number of consecutive connections from one address with different numbers.
const CONNECTION_NUMBERS: u8 = 4;

/// The minimum size of the packet that distinguishes the dialects.
const REQUEST_BYTES_MIN: usize = 18;

impl LiteNetLibServer {
    /// The dialect of the first datagram of a connection; `None` if it is not a request.
    pub(super) fn dialect_of_request(&self, packet: &[u8]) -> Option<Dialect> {
        let number = packet.first()? & 0x1f;
        let is_request_of = |dialect| {
            number == PacketType::ConnectRequest.number(dialect) && packet.len() >= REQUEST_BYTES_MIN
        };
        if is_request_of(Dialect::V1) {
            return Some(Dialect::V1);
        }
        let is_v2 = is_request_of(Dialect::V2) && protocol_of(packet) == Some(PROTOCOL);
        (is_v2 && self.settings.serves_v2).then_some(Dialect::V2)
    }

    pub(super) fn handle_request(&mut self, now: Instant, from: SocketAddr, packet: &[u8], dialect: Dialect) {
        if protocol_of(packet) != Some(PROTOCOL) {
            self.clients.counts_mut().failed_handshakes += 1;
            self.answer(from, &[FirstByte::new(PacketType::InvalidProtocol, 0).byte(dialect)]);
            return;
        }
        let Some(request) = ConnectRequest::parse(packet, dialect) else {
            self.links.dropped.malformed += 1;
            return;
        };
        let mut attempt = Attempt {
            dialect,
            connect_time: request.connect_time,
            connection_number: request.connection_number,
            peer_id: request.peer_id,
        };
        let former = self.clients.by_key(&from);
        if let Some(peer) = former {
            let Some(connection_number) = self.handle_known(now, peer, attempt) else { return };
            attempt.connection_number = connection_number;
        }
        if let Some(words) = self.objection(now, from, &request, former.is_some()) {
            let refusal = attempt.disconnect(words);
            let is_longer = refusal.len() > packet.len();
            self.answer(from, &if is_longer { attempt.disconnect("") } else { refusal });
            return;
        }
        if let Some(peer) = former {
            self.forget(peer, DisconnectReason::closed_by_peer(b""));
        }
        self.enter(now, from, attempt, (request.user_data, packet.len()));
    }

    /// Handles a request from the address of a known client. Returns the number of the connection that replaces the
    /// former one, or `None` if the request is of the same attempt, or of an old one, or the former connection is
    /// still alive. Requests can be spoofed, and a client that has restarted repeats its request.
    fn handle_known(&mut self, now: Instant, peer: Peer, attempt: Attempt) -> Option<u8> {
        let client = self.clients.get_mut(peer)?;
        let former = client.attempt;
        if attempt.connect_time == former.connect_time {
            match &mut client.state {
                State::Asked { until } => *until = now + self.settings.handshake_timeout,
                State::Connected(connected) | State::Leaving { connected, .. } => {
                    connected.accepted_at = now;
                    connected.connection.ask_the_same();
                    client.handle_answer(now, &self.settings, false);
                    self.answer_guest(peer, &former.accept(peer_id(peer)));
                }
                State::Gone { goodbye, is_refused: true } => {
                    let packet = goodbye.packet().to_vec();
                    self.answer_guest(peer, &packet);
                }
                State::Gone { is_refused: false, .. } => return Some(number_after(former)),
            }
            self.settle(peer);
            return None;
        }
        let is_newer = attempt.connect_time > former.connect_time;
        let takes_place = is_newer && client.is_silent_for(now, self.settings.replace_after);
        takes_place.then(|| number_after(former))
    }

    /// The reason why a new client cannot be accepted, as the text that it is sent.
    fn objection(
        &mut self,
        now: Instant,
        from: SocketAddr,
        request: &ConnectRequest<'_>,
        has_place: bool,
    ) -> Option<&'static str> {
        let is_full = !has_place && !self.clients.has_room_for(now, from.ip());
        let is_shut_down = self.clients.is_shut_down();
        let counts = self.clients.counts_mut();
        let (counter, words) = if is_shut_down {
            (&mut counts.rejected_full, SHUTTING_DOWN)
        } else if !self.settings.key.fits(request.user_data) {
            (&mut counts.failed_handshakes, "")
        } else if is_full {
            (&mut counts.rejected_full, SERVER_FULL)
        } else {
            return None;
        };
        *counter += 1;
        Some(words)
    }

    fn enter(
        &mut self,
        now: Instant,
        from: SocketAddr,
        attempt: Attempt,
        (user_data, bytes): (&[u8], usize),
    ) {
        // The newcomer that is dropped for this one gets no answer: one that still asks is soon accepted again.
        if let Some(longest) = self.clients.crowded_out() {
            self.forget_newcomer(longest);
        }
        let state = State::Asked { until: now + self.settings.handshake_timeout };
        let layer_bytes = self.settings.connection.layer.overhead_bytes();
        let mut credit = Credit::new();
        credit.earn(bytes);
        let client = RemoteClient { address: from, credit, layer_bytes, attempt, state };
        let peer = self.clients.admit(from, client, |greeting| greeting.extend_from_slice(user_data));
        self.settle(peer);
    }

    /// A client has proved its address: it gets one of the connection slots, or is closed if there is none.
    pub(super) fn take_slot(&mut self, now: Instant, peer: Peer) {
        self.clients.prove(peer);
        if !self.clients.get(peer).is_some_and(RemoteClient::is_heard) {
            return;
        }
        if let Some(leaver) = self.clients.take_slot(now, peer) {
            let words = if leaver == peer { SERVER_FULL } else { MADE_ROOM };
            self.close_at_once(now, leaver, words);
        }
    }
}

/// The number of the next connection from the same address.
fn number_after(former: Attempt) -> u8 {
    (former.connection_number + 1) % CONNECTION_NUMBERS
}
