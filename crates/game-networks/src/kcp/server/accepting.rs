//! Hellos of new clients, and their acceptance.

use std::net::SocketAddr;
use std::time::Instant;

use consonance_link::gateway::Allowance;
use consonance_link::{DisconnectReason, Peer};

use super::KcpServer;
use super::remote_client::{Phase, RemoteClient};
use crate::kcp::hello::Hello;
use crate::kcp::link::Link;
use crate::kcp::{Generation, Greeting};

/// The number of ping intervals without a ping after which a hello from a client's address may be a new client's. An
/// earlier hello could come from an attacker that wants to silence the client.
const PINGS_MISSED: f32 = 1.25;

impl KcpServer {
    /// Handles a hello from an unknown address, in a datagram of this many bytes.
    pub(super) fn handle_hello(&mut self, now: Instant, from: SocketAddr, hello: Hello<'_>, bytes: usize) {
        let per_second = self.settings.hellos_per_second;
        if !self.hello_rate.get_or_insert_with(|| Allowance::new(now, per_second)).take(now) {
            self.clients.counts_mut().rejected_handshaking += 1;
            return;
        }
        let Some((generation, is_certain)) = self.generation_for(hello.generation) else {
            self.clients.counts_mut().failed_handshakes += 1;
            return;
        };
        if let Some(longest) = self.clients.crowded_out() {
            self.clients.counts_mut().failed_handshakes += 1;
            self.end(longest, DisconnectReason::TimedOut);
        }
        if self.clients.is_shut_down() || !self.clients.has_room_for(now, from.ip()) {
            self.clients.counts_mut().rejected_full += 1;
            self.outgoing.push(from, |out| hello.refuse(out));
            return;
        }
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
        let newcomer = self.clients.next_peer();
        let greeting = if is_certain { Greeting::Of(generation) } else { Greeting::G3OrG4(newcomer) };
        let peer = self.clients.admit(from, client, |bytes| greeting.write(bytes));
        self.touch(peer);
    }

    /// Gives a client that has just proved its address one of the connection slots, or closes it if there is none.
    pub(super) fn note_proof(&mut self, now: Instant, peer: Peer) {
        let Some(client) = self.clients.get(peer).filter(|client| client.is_proved()) else { return };
        let may_stay = !matches!(client.phase, Phase::Closing(_));
        if self.clients.prove(peer)
            && may_stay
            && let Some(leaver) = self.clients.take_slot(now, peer)
        {
            self.close_at_once(now, leaver);
        }
    }

    /// Accepts a new client, which learns that it is connected: our own hello is the first reliable message.
    pub(super) fn take_in(&mut self, now: Instant, peer: Peer) {
        let Some(client) = self.clients.get_mut(peer) else { return };
        if client.phase != Phase::Newcomer {
            return;
        }
        client.phase = Phase::Open;
        client.prove_until.get_or_insert(now + self.settings.handshake_timeout);
        let body = (client.link.generation() == Generation::G2).then_some(client.cookie);
        client.link.say_hello(body);
        client.start_pings(now);
        if client.link.is_undecided() {
            client.link.set_undecided(now);
        }
        self.clients.counts_mut().accepted += 1;
        self.clients.give_turn(peer);
    }

    /// Handles a hello from the address of a connection, whose client may have missed our answer, or may have
    /// restarted.
    pub(super) fn handle_another_hello(&mut self, now: Instant, peer: Peer, datagram: &[u8]) {
        let Some(client) = self.clients.get_mut(peer) else { return };
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
        let is_gone = self.clients.get(peer).is_some_and(|client| {
            client.is_proved() && now >= client.link.last_heard() + self.settings.replace_after
        });
        if is_gone {
            self.end(peer, DisconnectReason::TimedOut);
        }
        is_gone
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
