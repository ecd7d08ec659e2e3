//! Connection requests, and the admission of new clients.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use consonance_gateway::Allowance;
use consonance_gateway::MessageChannel;
use consonance_transport::{Delivery, DisconnectReason, Peer, SlotsFull};

use super::{EnetServer, Event, Number, RemoteClient, Stage};
use crate::screening::{Connect, write_refusal};

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
        request: &[u8],
    ) {
        if let Some(peer) = self.by_connect.get(&(from, connect.id)) {
            let client = self.clients.get(peer).filter(|client| !client.is_proved());
            if let Some(number) = client.and_then(|client| client.number)
                && !self.proved.contains_key(&from)
            {
                self.machines.at(number.machine).credits().earn(from, request.len());
            }
            return;
        }
        let per_second = self.settings.connects_per_second;
        if !self.connect_rate.get_or_insert_with(|| Allowance::new(now, per_second)).take(now) {
            self.statistics.connections.rejected_handshaking += 1;
            return;
        }
        self.end_unproved_at(from, &DisconnectReason::TimedOut);
        self.make_room_for_unproved();
        if self.is_shut_down || !self.slots.has_room_for(now, from.ip()) {
            self.statistics.connections.rejected_full += 1;
            self.machines.at(0).push(from, |datagram| write_refusal(connect.peer, datagram));
            return;
        }
        self.last_peer += 1;
        let peer = Peer(self.last_peer);
        self.clients.insert(peer, RemoteClient::new(from, connect, request));
        self.deadlines.set(peer, now + self.settings.handshake_timeout.min(HANDSHAKE_TIMEOUT_MAX));
        self.by_connect.insert((from, connect.id), peer);
        self.unproved.push_back(peer);
        self.events.push_back(Event::Connected { peer, remote: from, data: connect.data });
        self.statistics.connections.connected += 1;
    }

    /// Accepts a new client: ENet gets its request, and answers it.
    pub(super) fn take_in(&mut self, now: Instant, peer: Peer) {
        let Some(client) = self.clients.get_mut(&peer) else { return };
        let Stage::Asking(request) = &mut client.stage else { return };
        let request = std::mem::take(request);
        client.stage = Stage::Proving { waiting: Vec::new(), waiting_bytes: 0, is_unwanted: false };
        let remote = client.remote;
        self.ticked.get_or_insert(now);
        let by_number = &self.by_number;
        let is_free = |number: Number| !by_number.contains_key(&(remote, number.peer));
        let ahead_ms = self.secrets.draw() as u16;
        let number = self.machines.take_in(peer, (remote, &request), ahead_ms, is_free);
        client.number = Some(number);
        self.by_number.insert((remote, number.peer), peer);
        if !self.proved.contains_key(&remote) {
            self.machines.at(number.machine).credits().earn(remote, request.len());
        }
        self.run(now, number.machine, None);
        if self.machines.is_proving(number) {
            self.statistics.connections.accepted += 1;
        } else {
            // ENet has rejected the request.
            self.statistics.connections.failed_handshakes += 1;
            self.end(peer, DisconnectReason::TimedOut);
        }
    }

    /// A client has proved its address.
    pub(super) fn open(&mut self, now: Instant, peer: Peer) {
        let Some(client) = self.clients.get_mut(&peer) else { return };
        let Some(number) = client.number else { return };
        let Stage::Proving { waiting, waiting_bytes, is_unwanted } =
            std::mem::replace(&mut client.stage, Stage::Open)
        else {
            return;
        };
        self.unproved_bytes -= waiting_bytes;
        *self.proved.entry(client.remote).or_default() += 1;
        let remote = client.remote;
        self.deadlines.clear(peer);
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
        } else {
            self.take_slot(now, peer, remote);
        }
    }

    /// Gives a client that has proved its address one of the connection slots, or closes it if there is none.
    fn take_slot(&mut self, now: Instant, peer: Peer, remote: SocketAddr) {
        match self.slots.take(now, remote.ip(), peer) {
            Ok(None) => {}
            Ok(Some(displaced)) => {
                self.statistics.connections.made_room += 1;
                self.close_at_once(displaced);
            }
            Err(SlotsFull) => {
                self.statistics.connections.rejected_full += 1;
                self.close_at_once(peer);
            }
        }
    }

    /// Queues a reliable message until a client has proved its address; unreliable ones are useless by then and
    /// dropped.
    pub(super) fn send_later(&mut self, peer: Peer, channel: MessageChannel, message: &[u8]) {
        let connection = &self.settings.connection;
        let Some(RemoteClient { stage: Stage::Proving { waiting, waiting_bytes, is_unwanted }, .. }) =
            self.clients.get_mut(&peer)
        else {
            return;
        };
        if *is_unwanted {
            self.statistics.links.dropped.not_connected += 1;
        } else if message.len() > connection.message_bytes_max {
            self.statistics.links.dropped.too_large += 1;
        } else if connection.delivery_of(channel) == Delivery::Unreliable {
            self.statistics.links.dropped.outgoing_full += 1;
        } else if *waiting_bytes > connection.queued_bytes_max {
            self.end_for_slowness(peer);
        } else {
            let bytes = message.len() + size_of::<(MessageChannel, Vec<u8>)>();
            *waiting_bytes += bytes;
            waiting.push((channel, message.to_vec()));
            self.unproved_bytes += bytes;
            self.make_room_for_waiting();
        }
    }

    fn make_room_for_waiting(&mut self) {
        while self.unproved_bytes > self.settings.unproved_bytes_max
            && let Some(longest) = self.unproved.pop_front()
        {
            if self.clients.get(&longest).is_some_and(|client| !client.is_proved()) {
                self.lose_patience(longest);
            }
        }
    }

    /// Drops the oldest unproved client if there are too many. Spoofed addresses prove nothing: however many there
    /// are, real clients have the time that a proof takes.
    fn make_room_for_unproved(&mut self) {
        if self.unproved.len() < self.settings.unproved_max {
            return;
        }
        let clients = &self.clients;
        self.unproved.retain(|peer| clients.get(peer).is_some_and(|client| !client.is_proved()));
        if self.unproved.len() >= self.settings.unproved_max
            && let Some(longest) = self.unproved.pop_front()
        {
            self.lose_patience(longest);
        }
    }
}
