//! Input from Steam and from the game.

use std::time::Instant;

use consonance_link::Delivery;

use super::{Pump, ServerLink};
use crate::steam::members::Change;
use crate::steam::signal::Signal;
use crate::steam::steam_p2p::Arrival;
use crate::steam::{SendKind, SteamEvent, SteamP2p, packet_type};

impl<P: SteamP2p> Pump<P> {
    /// Takes what has come.
    pub(super) fn read(&mut self, now: Instant) {
        self.steam.run_callbacks(now);
        while let Some(change) = self.members.next() {
            match change {
                Change::Came(id) => self.name(id),
                Change::Left(id) => self.unname(now, id),
            }
        }
        while let Some(event) = self.steam.poll_event() {
            self.handle_event(event);
        }
        while self.hellos.len() < HELLOS_MAX
            && let Some(arrival) =
                self.steam.receive(self.settings.link.channels.player_hello, &mut self.packet)
        {
            self.hellos.extend(Signal::parse(&self.packet).map(|signal| (arrival.from, signal)));
        }
        if self.read_packets(now) {
            for (from, signal) in std::mem::take(&mut self.hellos) {
                if let Signal::Hello(number) = signal {
                    self.handle_player_hello(from, number);
                } else {
                    self.handle_player_signal(now, from, &signal);
                }
            }
        }
        self.handle_timeout(now);
    }

    /// True if nothing is left.
    fn read_packets(&mut self, now: Instant) -> bool {
        let (mut reliable, mut all) = (0, 0);
        while reliable < RELIABLE_AT_ONCE && all < PACKETS_AT_ONCE {
            let channel = self.settings.link.channels.to_client;
            let Some(arrival) = self.steam.receive(channel, &mut self.packet) else { return true };
            all += 1;
            let is_server = arrival.from == self.settings.server;
            let delivery = match Signal::parse(&self.packet) {
                Some(signal) if is_server => self.handle_server_signal(&signal),
                Some(signal) => self.handle_player_signal(now, arrival.from, &signal),
                None if is_server => self.handle_server_packet(arrival),
                None => self.handle_player_packet(now, arrival),
            };
            reliable += usize::from(delivery == Delivery::Reliable);
        }
        false
    }

    /// A packet of the server, or of the player with the server's account.
    fn handle_server_packet(&mut self, arrival: Arrival) -> Delivery {
        let delivery = packet_type::delivery_of(arrival, &self.packet);
        // A player with the server's account is reached through the server, so its introduction is ignored.
        if !packet_type::is_announcement(&self.packet) {
            // Without a link, the transport drops and counts the packet.
            let _ = self.handle.receive(delivery, &self.packet);
        }
        delivery
    }

    fn handle_event(&mut self, event: SteamEvent) {
        match event {
            SteamEvent::SessionRequest { from } => {
                if from == self.settings.server || self.is_known(from) {
                    self.steam.accept(from);
                }
            }
            SteamEvent::ConnectFail { with, error } => {
                tracing::debug!(account = with.0, ?error, "Steam has lost an account");
                if with != self.settings.server {
                    self.lose(with);
                } else if self.server != ServerLink::None {
                    self.lose_server();
                }
            }
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.handle_server_timeout(now);
        self.handle_direct_timeout(now);
        self.farewells.repeat(now, &mut self.steam);
        self.close_sessions(now);
        let interval = self.settings.link.still_here_interval;
        if *self.still_here_at.get_or_insert(now + interval) <= now {
            self.still_here_at = Some(now + interval);
            if let ServerLink::Up { is_ours: true, .. } = self.server {
                let (server, channel) = (self.settings.server, self.settings.link.channels.to_server);
                self.steam.send(server, SendKind::Reliable, channel, &Signal::StillHere.to_bytes());
            }
            self.say_still_here();
        }
    }

    /// Those of links that ended some time ago.
    fn close_sessions(&mut self, now: Instant) {
        let link = &self.settings.link;
        while let Some(id) = self.farewells.due(now) {
            let (is_used, channel) = if id == self.settings.server {
                (self.server != ServerLink::None, link.channels.to_server)
            } else {
                (self.direct.has_link(id), link.channels.to_client)
            };
            if is_used {
                continue;
            }
            if link.closes_sessions {
                self.steam.close_session(id);
            } else {
                self.steam.close_channel(id, channel);
            }
        }
    }
}

/// Connection requests handled per turn, before the packets that came meanwhile.
const HELLOS_MAX: usize = 1024;

/// The most packets read before the driver processes them. The rest waits in Steam.
const RELIABLE_AT_ONCE: usize = 512;
const PACKETS_AT_ONCE: usize = 16 * 1024;
