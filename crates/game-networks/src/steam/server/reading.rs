//! Input from Steam and from the game.

use std::time::Instant;

use consonance_link::Delivery;

use super::{Pump, RemoteClient};
use crate::steam::members::Change;
use crate::steam::signal::Signal;
use crate::steam::steam_p2p::Arrival;
use crate::steam::{SendKind, SessionState, SteamEvent, SteamId, SteamP2p, packet_type};

impl<P: SteamP2p> Pump<P> {
    /// Processes all input.
    pub(super) fn read(&mut self, now: Instant) {
        self.steam.run_callbacks(now);
        while let Some(change) = self.members.next() {
            match change {
                Change::Came(id) => self.name(now, id),
                Change::Left(id) => self.handle_left(now, id),
            }
        }
        while let Some(event) = self.steam.poll_event() {
            self.handle_event(now, event);
        }
        while self.hellos.len() < HELLOS_MAX
            && let Some(arrival) = self.steam.receive(self.link.channels.server_hello, &mut self.packet)
        {
            self.hellos.extend(Signal::parse(&self.packet).map(|signal| (arrival.from, signal)));
        }
        if self.read_packets(now) {
            for (from, signal) in std::mem::take(&mut self.hellos) {
                self.handle_signal(now, from, &signal);
            }
        }
        self.handle_timeout(now);
    }

    /// True if nothing is left.
    fn read_packets(&mut self, now: Instant) -> bool {
        let (mut reliable, mut all) = (0, 0);
        while reliable < RELIABLE_AT_ONCE && all < PACKETS_AT_ONCE {
            let Some(arrival) = self.steam.receive(self.link.channels.to_server, &mut self.packet) else {
                return true;
            };
            all += 1;
            if let Some(signal) = Signal::parse(&self.packet) {
                self.handle_signal(now, arrival.from, &signal);
                reliable += 1;
            } else if self.handle_packet(now, arrival) == Delivery::Reliable {
                reliable += 1;
            }
        }
        false
    }

    fn handle_packet(&mut self, now: Instant, arrival: Arrival) -> Delivery {
        let from = arrival.from;
        if let Some(client) = self.clients.get_mut(&from) {
            client.heard = now;
        } else if !self.ignored.contains(now, from) {
            self.admit(now, from, None);
        }
        let delivery = packet_type::delivery_of(arrival, &self.packet);
        // Packets of unknown accounts are dropped and counted by the transport.
        let _ = self.handle.receive(from.0, delivery, &self.packet);
        delivery
    }

    fn handle_signal(&mut self, now: Instant, from: SteamId, signal: &Signal) {
        match signal {
            Signal::Hello(number) => self.handle_hello(now, from, *number),
            Signal::Goodbye(number, _) => {
                if self.clients.get(&from).is_some_and(|client| client.hello == Some(*number)) {
                    self.clients.remove(&from);
                    self.handle.peer_disconnected(from.0, "");
                    self.leave_alone(now, from);
                }
            }
            Signal::Welcome(_) | Signal::StillHere => {}
        }
    }

    /// A client of ours begins a link. One that was known by its packets only is the same; another link of it is over.
    fn handle_hello(&mut self, now: Instant, from: SteamId, number: u32) {
        self.ignored.remove(from);
        match self.clients.get_mut(&from) {
            Some(client @ RemoteClient { hello: None, .. }) => {
                (client.hello, client.heard) = (Some(number), now);
                if client.is_taken_in {
                    self.say(from, &Signal::Welcome(number));
                }
            }
            Some(_) => {
                self.handle.peer_disconnected(from.0, "");
                self.clients.remove(&from);
                self.admit(now, from, Some(number));
            }
            None => self.admit(now, from, Some(number)),
        }
    }

    fn handle_event(&mut self, now: Instant, event: SteamEvent) {
        match event {
            SteamEvent::SessionRequest { from } => {
                if self.clients.contains_key(&from) || self.admission.lets_in(from) {
                    self.steam.accept(from);
                    // The session is closed again if the account sends nothing.
                    self.farewells.close_later(now, from);
                } else {
                    self.rejected += 1;
                }
            }
            SteamEvent::ConnectFail { with, error } => {
                if self.clients.remove(&with).is_some() {
                    tracing::debug!(account = with.0, ?error, "Steam has lost a client");
                    self.handle.peer_lost(with.0);
                }
            }
        }
    }

    /// The game names a member.
    fn name(&mut self, now: Instant, id: SteamId) {
        self.ignored.remove(id);
        if !self.clients.contains_key(&id) {
            self.take_in(now, id, None);
        }
    }

    fn handle_left(&mut self, now: Instant, id: SteamId) {
        if self.clients.contains_key(&id) {
            self.handle.peer_disconnected(id.0, "");
            self.part(now, id, String::new());
        }
    }

    /// An account connects that the game has not named.
    fn admit(&mut self, now: Instant, id: SteamId, hello: Option<u32>) {
        if self.admission.lets_in(id) {
            self.take_in(now, id, hello);
        } else {
            self.rejected += 1;
            self.ignored.insert(id, now + self.quiet_time);
            // An unaccepted session gets no answer, because sending one would accept it.
            if let Some(number) = hello
                && self.steam.session_state(id) == SessionState::Active
            {
                self.say(id, &Signal::Goodbye(number, NOT_LISTED.to_owned()));
            }
        }
    }

    fn take_in(&mut self, now: Instant, id: SteamId, hello: Option<u32>) {
        if self.handle.peer_connected_from(id.0, "", &*format!("Steam account {id}")) {
            self.clients.insert(id, RemoteClient { hello, is_taken_in: false, heard: now });
        } else if let Some(number) = hello {
            self.say(id, &Signal::Goodbye(number, FULL.to_owned()));
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.farewells.repeat(now, &mut self.steam);
        while let Some(id) = self.farewells.due(now) {
            if self.clients.contains_key(&id) {
                continue;
            }
            if self.link.closes_sessions {
                self.steam.close_session(id);
            } else {
                self.steam.close_channel(id, self.link.channels.to_server);
            }
        }
        let interval = self.link.still_here_interval;
        if *self.still_here_at.get_or_insert(now + interval) > now {
            return;
        }
        self.still_here_at = Some(now + interval);
        let (channel, still_here) = (self.link.channels.to_client, Signal::StillHere.to_bytes());
        for (&id, client) in &self.clients {
            if client.hello.is_some() {
                self.steam.send(id, SendKind::Reliable, channel, &still_here);
            }
        }
    }
}

/// Connection requests handled per turn, before the packets that came meanwhile.
const HELLOS_MAX: usize = 1024;

/// The most packets read before the driver processes them. The rest waits in Steam.
const RELIABLE_AT_ONCE: usize = 512;
const PACKETS_AT_ONCE: usize = 16 * 1024;

const NOT_LISTED: &str = "the server does not expect this account";
const FULL: &str = "the server is full";
