//! Settings that an operator can change while a session runs, without disconnecting any client.

use alloc::vec::Vec;

use consonance_wire::ClientId;

use super::Server;
use super::access::AccessRule;
use super::entrance::Entrance;
use super::join_gate::JoinState;
use super::observations::Observations;
use super::presence::Presence;
use super::room_limits::RoomLimits;
use super::room_pattern::RoomPattern;
use super::rules::Rules;
use super::settings::NameTaken;
use crate::limits::Limits;
use crate::packet_limits::PacketLimits;

/// The settings that are changed without an effect on any client that is here: [`Server::reconfigure`].
pub struct Reconfigure<'s> {
    rules: &'s mut Rules,
    presence: &'s mut Presence,
    entrance: &'s mut Entrance,
    observations: &'s mut Observations,
}

impl core::fmt::Debug for Reconfigure<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Reconfigure").field("settings", self.rules.settings()).finish_non_exhaustive()
    }
}

impl Server {
    /// Changes settings that have no effect on any client that is here.
    pub fn reconfigure(&mut self) -> Reconfigure<'_> {
        Reconfigure {
            rules: &mut self.rules,
            presence: &mut self.presence,
            entrance: &mut self.entrance,
            observations: &mut self.observations,
        }
    }

    /// Changes the tokens that rooms require; see [`ServerSettings::access`](super::ServerSettings::access).
    ///
    /// Clients keep their tokens, and are removed from rooms that these rules do not let them listen to. Where two
    /// rooms in use share an id and get different rules, only the first of those with a rule stays open: the wire
    /// could not distinguish them. A permissive session has no rules, and ignores this.
    pub fn set_access_rules(&mut self, rules: Vec<(RoomPattern, AccessRule)>) {
        let clients: Vec<ClientId> = self.presence.members().in_order().collect();
        let Some(closed) = self.rules.set_access_rules(rules, &clients) else { return };
        for room in closed {
            for id in &clients {
                self.moderation().remove_from_room(*id, &room);
            }
            self.rules.policy_mut().guard_again(&room);
        }
        for id in clients {
            self.rooms().expel_from_forbidden_rooms(id);
        }
    }
}

impl Reconfigure<'_> {
    /// Changes the limits. Clients that are already above one stay: a limit is only checked for new requests.
    pub fn set_limits(&mut self, limits: Limits) {
        self.observations.set_events_max(limits.events);
        self.presence.connections_mut().set_limits(&limits);
        self.rules.settings_mut().limits = limits;
    }

    /// Changes the packet limits of the networks of all clients, which the driver knows: the server makes no longer
    /// packets, and refuses names that do not fit. Packets between clients are relayed unchanged, whatever their
    /// length.
    pub fn set_packet_limits(&mut self, limits: PacketLimits) {
        self.rules.settings_mut().packets = limits.within_bounds();
    }

    /// Changes the room limits; see [`ServerSettings::room_limits`](super::ServerSettings::room_limits). Listeners of
    /// a room that exceeds its new limit stay.
    pub fn set_room_limits(&mut self, rules: Vec<(RoomPattern, RoomLimits)>) {
        self.rules.set_room_limits(rules);
    }

    /// Limits the number of speakers that are heard at once in each room, or removes the limit; proximity rooms are
    /// not affected. Frames of the other speakers are dropped.
    pub fn set_voices_per_room(&mut self, most: Option<usize>) {
        self.rules.policy_mut().limit_voices(most);
    }

    /// Whether members of an encrypted session may submit reports from now on; see
    /// [`ServerSettings::member_reports`](crate::ServerSettings::member_reports).
    pub fn set_member_reports(&mut self, are_taken: bool) {
        self.rules.settings_mut().member_reports = are_taken;
    }

    /// Turns reports of speakers and their recipients on or off; when off, all have stopped. A permissive server never
    /// reports.
    pub fn set_monitor_channels(&mut self, on: bool) {
        self.rules.settings_mut().monitor_channels = on && !self.rules.is_permissive();
        if !on {
            self.observations.end_all_channels(self.presence.members(), self.rules.policy().directory());
        }
    }

    /// Changes the rules for names in use. Newcomers that wait are forgotten, and ask again by themselves.
    pub fn set_name_taken(&mut self, rule: NameTaken) {
        if self.rules.settings().name_taken == rule {
            return;
        }
        self.rules.settings_mut().name_taken = rule;
        let deadline = self.rules.handshake_deadline();
        let (claims, links) = (self.entrance.claims_mut(), self.presence.links_mut());
        for link in claims.in_order() {
            claims.withdraw(link, links, deadline, self.observations);
        }
    }

    /// Sets whether newcomers can join.
    pub fn set_join_state(&mut self, join_state: JoinState) {
        self.entrance.gate_mut().set_join_state(join_state);
    }
}
