//! Incoming messages: for the server here, for its player, or for neither.

use std::time::Instant;

use consonance_link::Delivery;
use consonance_link::hosted::{HostedServerHandle, Received};

use super::HostedRoom;
use crate::hosted::header;
use crate::hosted::members::Member;
use crate::hosted::message::MessageDirection;
use crate::hosted::settings::Loopback;

impl HostedRoom {
    /// A message came from a peer: the sender must be the one that the network knows, never one named in the message.
    ///
    /// Whatever it contains, nothing breaks; what belongs to nothing here is dropped and counted.
    pub fn receive(
        &mut self,
        now: Instant,
        from: u64,
        direction: MessageDirection,
        delivery: Delivery,
        packet: &[u8],
    ) {
        if from == self.me && self.settings.loopback == Loopback::Inside {
            self.statistics.own += 1;
        } else if from != self.me && !self.members.contains(from) {
            self.statistics.unknown_peer += 1;
        } else {
            match direction {
                MessageDirection::ToServer => self.give_to_server(now, from, delivery, packet),
                MessageDirection::ToClient => self.give_to_player(from, delivery, packet),
            }
        }
    }

    /// A peer becomes the server's with the first message, as no network here says more.
    pub(super) fn give_to_server(&mut self, now: Instant, from: u64, delivery: Delivery, packet: &[u8]) {
        let Some(server) = &mut self.server else {
            self.statistics.no_server += 1;
            return;
        };
        let member = if from == self.me {
            &mut self.own_link
        } else {
            let Some(member) = self.members.get_mut(from) else { return };
            member
        };
        match member {
            Member::Refused { until } if now < *until => {
                self.statistics.refused += 1;
                return;
            }
            // A peer that asks to join again got no answer, for example because the answer came before it knew the
            // server. Its repeated request is the only sign that its link starts again.
            Member::Linked { since }
                if !header::asks_to_join(packet)
                    || now.saturating_duration_since(*since) < self.settings.rejoins_after => {}
            Member::Silent | Member::Linked { .. } | Member::Refused { .. } => {
                *member = begin(server, now, from);
            }
        }
        let received = server.receive(from, delivery, packet);
        if received == Received::Overflowed
            && from == self.me
            && let Some(player) = &mut self.player
        {
            player.handle.send_failed();
        }
    }

    fn give_to_player(&mut self, from: u64, delivery: Delivery, packet: &[u8]) {
        let Some(player) = &mut self.player else {
            self.statistics.no_player += 1;
            return;
        };
        // The server's peer may be a player too. Its introduction belongs to the direct link; its voice may use either.
        if self.server_peer == Some(from) && !header::introduces(packet) {
            player.handle.receive(delivery, packet);
        } else if self.settings.has_direct_messages && from != self.me && header::is_between_players(packet) {
            player.handle.receive_direct(from, delivery, packet);
        } else {
            self.statistics.not_for_players += 1;
        }
    }
}

/// The server has a new peer, in place of an earlier one with that number.
fn begin(server: &mut HostedServerHandle, now: Instant, peer: u64) -> Member {
    // A stopped server accepts no peers.
    if !server.is_finished() && server.peer_connected(peer, "") {
        Member::Linked { since: now }
    } else {
        Member::Silent
    }
}
