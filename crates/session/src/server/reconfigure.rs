//! Settings that an operator can change while a session runs, without disconnecting any client.

use alloc::vec::Vec;

use consonance_wire::ClientId;

use super::access::AccessRule;
use super::entrance::Entrance;
use super::join_gate::JoinState;
use super::name_claims::NameTaken;
use super::observations::Observations;
use super::presence::Presence;
use super::room_limits::RoomLimits;
use super::room_pattern::RoomPattern;
use super::room_policy::RoomPolicy;
use super::{Server, ServerSettings};
use crate::limits::Limits;
use crate::packet_limits::PacketLimits;
use crate::time::Instant;

/// The settings that are changed without an effect on any client that is here: [`Server::reconfigure`].
pub struct Reconfigure<'s> {
    now: Instant,
    settings: &'s mut ServerSettings,
    policy: &'s mut RoomPolicy,
    presence: &'s mut Presence,
    entrance: &'s mut Entrance,
    observations: &'s mut Observations,
}

impl core::fmt::Debug for Reconfigure<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Reconfigure").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Server {
    /// Changes settings that have no effect on any client that is here.
    pub fn reconfigure(&mut self) -> Reconfigure<'_> {
        Reconfigure {
            now: self.now,
            settings: &mut self.settings,
            policy: &mut self.policy,
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
        if self.settings.permissive || self.settings.access == rules {
            return;
        }
        self.settings.access = rules;
        let clients: Vec<ClientId> = self.presence.members().in_order().collect();
        let ServerSettings { access, .. } = &self.settings;
        let closed = self.policy.set_access_rules(access, self.settings.reserved_names(), &clients);
        for room in closed {
            for id in &clients {
                self.moderation().remove_from_room(*id, &room);
            }
            self.policy.guard_again(&room);
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
        self.settings.limits = limits;
    }

    /// Changes the packet limits of the networks of all clients, which the driver knows: the server makes no longer
    /// packets, and refuses names that do not fit. Packets between clients are relayed unchanged, whatever their
    /// length.
    pub fn set_packet_limits(&mut self, limits: PacketLimits) {
        self.settings.packets = limits.within_bounds();
    }

    /// Changes the room limits; see [`ServerSettings::room_limits`](super::ServerSettings::room_limits). Listeners of
    /// a room that exceeds its new limit stay.
    pub fn set_room_limits(&mut self, rules: Vec<(RoomPattern, RoomLimits)>) {
        if self.settings.permissive || self.settings.room_limits == rules {
            return;
        }
        self.settings.room_limits = rules;
        let ServerSettings { room_limits, .. } = &*self.settings;
        self.policy.set_room_limits(room_limits, self.settings.reserved_names());
    }

    /// Limits the number of speakers that are heard at once in each room, or removes the limit; proximity rooms are
    /// not affected. Frames of the other speakers are dropped.
    pub fn set_voices_per_room(&mut self, most: Option<usize>) {
        self.policy.limit_voices(most);
    }

    /// Whether members of an encrypted session may submit reports from now on; see
    /// [`ServerSettings::member_reports`](crate::ServerSettings::member_reports).
    pub fn set_member_reports(&mut self, are_taken: bool) {
        self.settings.member_reports = are_taken;
    }

    /// Turns reports of speakers and their recipients on or off; when off, all have stopped. A permissive server never
    /// reports.
    pub fn set_monitor_channels(&mut self, on: bool) {
        self.settings.monitor_channels = on && !self.settings.permissive;
        if !on {
            self.observations.end_all_channels(self.presence.members(), self.policy.directory());
        }
    }

    /// Changes the rules for names in use. Newcomers that wait are forgotten, and ask again by themselves.
    pub fn set_name_taken(&mut self, rule: NameTaken) {
        if self.settings.name_taken == rule {
            return;
        }
        self.settings.name_taken = rule;
        let deadline = self.now + self.settings.limits.handshake;
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
