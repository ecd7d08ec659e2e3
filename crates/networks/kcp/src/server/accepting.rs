//! Hellos of new clients, and their acceptance.

use std::net::SocketAddr;
use std::time::Instant;

use consonance_gateway::Allowance;
use consonance_transport::{DisconnectReason, Peer, SlotsFull};

use super::remote_client::{RemoteClient, Stage};
use super::{Event, KcpServer};
use crate::hello::Hello;
use crate::link::Link;
use crate::{Generation, Greeting};

/// The number of ping intervals without a ping after which a hello from a client's address may be a new client's. An
/// earlier hello could come from an attacker that wants to silence the client.
const PINGS_MISSED: f32 = 1.25;

impl KcpServer {
    /// Handles a hello from an unknown address, in a datagram of this many bytes.
    pub(super) fn handle_hello(&mut self, now: Instant, from: SocketAddr, hello: Hello<'_>, bytes: usize) {
        let per_second = self.settings.hellos_per_second;
        if !self.hello_rate.get_or_insert_with(|| Allowance::new(now, per_second)).take(now) {
            self.statistics.connections.rejected_handshaking += 1;
            return;
        }
        let Some((generation, is_certain)) = self.generation_for(hello.generation) else {
            self.statistics.connections.failed_handshakes += 1;
            return;
        };
        self.make_room_for_unproved();
        if self.is_shut_down || !self.slots.has_room_for(now, from.ip()) {
            self.statistics.connections.rejected_full += 1;
            self.outgoing.push(from, |out| hello.refuse(out));
            return;
        }
        self.last_peer += 1;
        let peer = Peer(self.last_peer);
        let cookie = self.cookies.next();
        let mut link = Link::new(now, generation, self.settings.link).expecting(cookie);
        if !generation.has_cookies() {
            link.start_clock_at(self.cookies.clock_ms());
        }
        link.cookie_out = if generation == Generation::G2 { hello.cookie } else { cookie };
        if !is_certain {
            link.set_undecided(now);
        }
        link.handle_segments(now, hello.segments);
        let prove_until = generation.can_prove_at_once().then(|| now + self.settings.handshake_timeout);
        let mut client = RemoteClient::new(link, from, cookie, prove_until);
        client.credit.earn(bytes);
        self.clients.insert(peer, client);
        self.by_address.insert(from, peer);
        self.unproved.push_back(peer);
        let greeting = if is_certain { Greeting::Of(generation) } else { Greeting::G3OrG4(peer) };
        self.events.push_back(Event::Connected { peer, remote: from, greeting });
        self.statistics.connections.connected += 1;
        self.touch(peer);
    }

    /// Gives a client that has just proved its address one of the connection slots, or closes it if there is none.
    pub(super) fn take_slot(&mut self, now: Instant, peer: Peer) {
        let may_stay = |client: &RemoteClient| !matches!(client.stage, Stage::Closing(_));
        let proved = self.clients.get(&peer).filter(|client| client.is_proved() && may_stay(client));
        let Some(address) = proved.map(|client| client.remote.ip()) else { return };
        match self.slots.take(now, address, peer) {
            Ok(None) => {}
            Ok(Some(displaced)) => {
                self.statistics.connections.made_room += 1;
                self.close_at_once(now, displaced);
            }
            Err(SlotsFull) => {
                self.statistics.connections.rejected_full += 1;
                self.close_at_once(now, peer);
            }
        }
    }

    /// Accepts a new client, which learns that it is connected: our own hello is the first reliable message.
    pub(super) fn take_in(&mut self, now: Instant, peer: Peer) {
        let Some(client) = self.clients.get_mut(&peer) else { return };
        if client.stage != Stage::Newcomer {
            return;
        }
        client.stage = Stage::Open;
        client.prove_until.get_or_insert(now + self.settings.handshake_timeout);
        let body = (client.link.generation() == Generation::G2).then_some(client.cookie);
        client.link.say_hello(body);
        client.start_pings(now);
        if client.link.is_undecided() {
            client.link.set_undecided(now);
        }
        self.statistics.connections.accepted += 1;
        self.make_dirty(peer);
    }

    /// Handles a hello from the address of a connection, whose client may have missed our answer, or may have
    /// restarted.
    pub(super) fn handle_another_hello(&mut self, now: Instant, peer: Peer, datagram: &[u8]) {
        let Some(client) = self.clients.get_mut(&peer) else { return };
        if !client.is_proved() {
            self.handle_known(now, peer, datagram);
        } else if now >= client.link.last_heard() + self.settings.link.ping.mul_f32(PINGS_MISSED) {
            // The client would take further packets for part of the connection that it is requesting.
            client.is_muted = true;
        }
    }

    /// Ends the connection of a client that is gone, as a hello from its address shows. A hello cannot end the
    /// connection of a live client, and a client that has not proved its address can continue its connection.
    pub(super) fn replace_if_silent(&mut self, now: Instant, peer: Peer) -> bool {
        let is_gone = self.clients.get(&peer).is_some_and(|client| {
            client.is_proved() && now >= client.link.last_heard() + self.settings.replace_after
        });
        if is_gone {
            self.end(peer, DisconnectReason::TimedOut);
        }
        is_gone
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
            self.statistics.connections.failed_handshakes += 1;
            self.end(longest, DisconnectReason::TimedOut);
        }
    }

    /// The generation to speak with a client that sends this hello, and whether it is certain. `None` if it is not
    /// served.
    fn generation_for(&self, said: Generation) -> Option<(Generation, bool)> {
        match self.settings.generation {
            None => Some((said, said != Generation::G4)),
            // Hellos of G3 and G4 are the same.
            Some(Generation::G3) if said == Generation::G4 => Some((Generation::G3, true)),
            Some(only) => (only == said).then_some((only, true)),
        }
    }
}
