//! The link to the account that holds the session.

use std::time::Instant;

use consonance_link::Delivery;

use super::{Pump, ServerLink};
use crate::steam::signal::Signal;
use crate::steam::{SendKind, SessionState, SteamP2p};

impl<P: SteamP2p> Pump<P> {
    /// Sends a hello. An answer follows, or Steam reports that there is none.
    pub(super) fn open_server_link(&mut self, now: Instant) {
        let number = self.next_number();
        self.server = ServerLink::Opening { number, since: now, up_since: None };
        let (server, channel) = (self.settings.server, self.settings.link.channels.server_hello);
        if !self.steam.send(server, SendKind::Reliable, channel, &Signal::Hello(number).to_bytes()) {
            self.lose_server();
        }
    }

    pub(super) fn handle_server_signal(&mut self, signal: &Signal) -> Delivery {
        match (self.server, signal) {
            (ServerLink::Opening { number, .. }, Signal::Welcome(of)) if *of == number => {
                self.server = ServerLink::Up { number, is_ours: true };
                self.handle.link_up();
            }
            // The server answered late and was taken for an original.
            (ServerLink::Up { number, .. }, Signal::Welcome(of)) if *of == number => {
                self.server = ServerLink::Up { number, is_ours: true };
            }
            (
                ServerLink::Opening { number, .. } | ServerLink::Up { number, .. },
                Signal::Goodbye(of, words),
            ) if *of == number => {
                self.server = ServerLink::None;
                self.handle.link_down(words);
            }
            _ => {}
        }
        Delivery::Reliable
    }

    /// Opening takes its time, and an original does not answer at all.
    pub(super) fn handle_server_timeout(&mut self, now: Instant) {
        let ServerLink::Opening { number, since, up_since } = &mut self.server else { return };
        let number = *number;
        if now.saturating_duration_since(*since) >= self.settings.connect_timeout {
            self.part_from_server(now);
            return self.handle.link_lost();
        }
        if self.steam.session_state(self.settings.server) != SessionState::Active {
            *up_since = None;
        } else if now.saturating_duration_since(*up_since.get_or_insert(now)) >= self.settings.welcome_timeout
        {
            self.server = ServerLink::Up { number, is_ours: false };
            self.handle.link_up();
        }
    }

    /// The link ends on this side.
    pub(super) fn part_from_server(&mut self, now: Instant) {
        let channels = self.settings.link.channels;
        let (number, channel) = match std::mem::replace(&mut self.server, ServerLink::None) {
            ServerLink::None => return,
            ServerLink::Up { number, is_ours: true } => (number, channels.to_server),
            // Only servers of ours read this channel.
            ServerLink::Up { number, is_ours: false } | ServerLink::Opening { number, .. } => {
                (number, channels.server_hello)
            }
        };
        let (server, goodbye) = (self.settings.server, Signal::Goodbye(number, String::new()));
        self.farewells.say(now, &mut self.steam, server, channel, &goodbye);
        self.farewells.close_later(now, server);
        self.direct.announcement = None;
    }

    /// Steam has lost the server.
    pub(super) fn lose_server(&mut self) {
        self.server = ServerLink::None;
        self.direct.announcement = None;
        self.handle.link_lost();
    }
}
