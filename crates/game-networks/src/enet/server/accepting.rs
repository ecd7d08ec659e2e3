//! Connection requests, and the admission of new clients.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use consonance_link::gateway::Allowance;
use consonance_link::gateway::MessageChannel;
use consonance_link::{Delivery, DisconnectReason, Peer};

use super::{EnetServer, Number, Phase, RemoteClient};
use crate::enet::screening::{Connect, Screened, write_refusal};

/// The longest handshake timeout: ENet itself drops a client that has not proved its address after half a minute, and
/// does not report it.
const HANDSHAKE_TIMEOUT_MAX: Duration = Duration::from_secs(20);

impl EnetServer {
    /// Handles a connection request, or a repeated one.
    pub(super) fn handle_connect(
        &mut self,
        now: Instant,
        from: SocketAddr,
        connect: Connect,
        request: Screened<'_>,
    ) {
        if let Some(peer) = self.clients.by_key(&(from, connect.id)) {
            let client = self.clients.get(peer).filter(|client| !client.is_proved());
            if let Some(number) = client.and_then(|client| client.number)
                && !self.proved.contains_key(&from)
            {
                self.machines.at(number.machine).credits().earn(from, request.bytes());
            }
            return;
        }
        let per_second = self.settings.connects_per_second;
        if !self.connect_rate.get_or_insert_with(|| Allowance::new(now, per_second)).take(now) {
            self.clients.counts_mut().rejected_handshaking += 1;
            return;
        }
        self.end_unproved_at(from, &DisconnectReason::TimedOut);
        if let Some(longest) = self.clients.crowded_out() {
            self.lose_patience(longest);
        }
        if self.clients.is_shut_down() || !self.clients.has_room_for(now, from.ip()) {
            self.clients.counts_mut().rejected_full += 1;
            self.machines.at(0).push(from, |datagram| write_refusal(connect.peer, datagram));
            return;
        }
        let client = RemoteClient::new(from, connect, request.to_bytes());
        let peer = self.clients.admit_as((from, connect.id), from, client, |greeting| {
            if connect.data != 0 {
                greeting.extend_from_slice(&connect.data.to_be_bytes());
            }
        });
        self.clients.set_timer(peer, now + self.settings.handshake_timeout.min(HANDSHAKE_TIMEOUT_MAX));
    }

    /// Accepts a new client: ENet gets its request, and answers it.
    pub(super) fn take_in(&mut self, now: Instant, peer: Peer) {
        let Some(client) = self.clients.get_mut(peer) else { return };
        let Phase::Asking(request) = &mut client.phase else { return };
        let mut request = std::mem::take(request);
        let request_bytes = request.len();
        client.phase = Phase::Proving { waiting: Vec::new(), waiting_bytes: 0, is_unwanted: false };
        let remote = client.remote;
        self.ticked.get_or_insert(now);
        let by_number = &self.by_number;
        let is_free = |number: Number| !by_number.contains_key(&(remote, number.peer));
        let ahead_ms = self.secrets.draw() as u16;
        let number = self.machines.take_in(peer, (remote, &mut request), ahead_ms, is_free);
        client.number = Some(number);
        self.by_number.insert((remote, number.peer), peer);
        if !self.proved.contains_key(&remote) {
            self.machines.at(number.machine).credits().earn(remote, request_bytes);
        }
        self.run(now, number.machine, None);
        if self.machines.is_proving(number) {
            self.clients.counts_mut().accepted += 1;
        } else {
            // ENet has rejected the request.
            self.clients.counts_mut().failed_handshakes += 1;
            self.end(peer, DisconnectReason::TimedOut);
        }
    }

    /// A client has proved its address.
    pub(super) fn open(&mut self, now: Instant, peer: Peer) {
        let Some(client) = self.clients.get_mut(peer) else { return };
        let Some(number) = client.number else { return };
        let Phase::Proving { waiting, waiting_bytes, is_unwanted } =
            std::mem::replace(&mut client.phase, Phase::Open)
        else {
            return;
        };
        self.unproved_bytes -= waiting_bytes;
        *self.proved.entry(client.remote).or_default() += 1;
        let remote = client.remote;
        self.clients.prove(peer);
        self.clients.clear_timer(peer);
        let machine = self.machines.at(number.machine);
        machine.credits().forget(&remote);
        machine.clocks().prove(&remote);
        machine.configure(number.peer, &self.settings.connection);
        machine.unthrottle(number.peer, &self.settings.connection);
        for (channel, message) in waiting {
            self.send_now(peer, channel, &message);
        }
        if is_unwanted {
            self.close(now, peer);
        } else if let Some(leaver) = self.clients.take_slot(now, peer) {
            self.close_at_once(leaver);
        }
    }

    /// Queues a reliable message until a client has proved its address; unreliable ones are useless by then and
    /// dropped.
    pub(super) fn send_later(&mut self, peer: Peer, channel: MessageChannel, message: &Arc<[u8]>) {
        let connection = &self.settings.connection;
        let Some(RemoteClient { phase: Phase::Proving { waiting, waiting_bytes, is_unwanted }, .. }) =
            self.clients.get_mut(peer)
        else {
            return;
        };
        if *is_unwanted {
            self.links.dropped.not_connected += 1;
        } else if message.len() > connection.message_bytes_max {
            self.links.dropped.too_large += 1;
        } else if connection.delivery_of(channel) == Delivery::Unreliable {
            self.links.dropped.outgoing_full += 1;
        } else if *waiting_bytes > connection.queued_bytes_max {
            self.end_for_slowness(peer);
        } else {
            let bytes = message.len() + size_of::<(MessageChannel, Arc<[u8]>)>();
            *waiting_bytes += bytes;
            waiting.push((channel, Arc::clone(message)));
            self.unproved_bytes += bytes;
            self.make_room_for_waiting();
        }
    }

    fn make_room_for_waiting(&mut self) {
        while self.unproved_bytes > self.settings.handshake_bytes_max
            && let Some(longest) = self.clients.oldest_unproved()
        {
            self.lose_patience(longest);
        }
    }
}
