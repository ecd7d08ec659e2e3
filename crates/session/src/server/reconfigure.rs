//! What an operator can change while a session runs, without disconnecting any client.

use alloc::vec::Vec;

use consonance_wire::ClientId;

use super::{AccessRule, RoomLimits, RoomPattern, Server, ServerSettings};
use crate::limits::Limits;
use crate::packet_limits::PacketLimits;

impl Server {
    /// Other limits from now on. Clients above one already stay: a limit is checked when something new is asked for.
    pub fn set_limits(&mut self, limits: Limits) {
        self.events.set_limit(limits.events);
        self.commands.set_limit(limits.events.max(limits.links));
        self.settings.limits = limits;
    }

    /// What the networks of all clients carry from now on, which the driver knows: nothing longer is
    /// made here, and names that cannot be told are refused. What clients say to each other is relayed
    /// as it came, whatever its length.
    pub fn set_packet_limits(&mut self, limits: PacketLimits) {
        self.settings.packets = limits.within_bounds();
    }

    /// Other rooms ask for other tokens from now on; see [`ServerSettings::access`](super::ServerSettings::access).
    ///
    /// Clients keep their tokens, and are taken out of rooms that they are not allowed to listen to by these rules.
    /// Where two rooms in use share an id and now follow different rules, only the first of those that a rule is about
    /// stays open: the wire could not tell them apart. A permissive session has no rules, and ignores this.
    pub fn set_access_rules(&mut self, rules: Vec<(RoomPattern, AccessRule)>) {
        if self.settings.permissive || self.settings.access == rules {
            return;
        }
        self.settings.access = rules;
        let clients: Vec<ClientId> = self.members.in_order().collect();
        let ServerSettings { access, .. } = &self.settings;
        let closed = self.policy.set_access_rules(access, self.settings.reserved_names(), &clients);
        for room in closed {
            for id in &clients {
                self.remove_from_room(*id, &room);
            }
            self.policy.guard_again(&room);
        }
        for id in clients {
            self.expel_from_forbidden_rooms(id);
        }
    }

    /// Other room limits from now on; see [`ServerSettings::room_limits`](super::ServerSettings::room_limits).
    /// Listeners of a room that is over its limit now stay.
    pub fn set_room_limits(&mut self, rules: Vec<(RoomPattern, RoomLimits)>) {
        if self.settings.permissive || self.settings.room_limits == rules {
            return;
        }
        self.settings.room_limits = rules;
        let ServerSettings { room_limits, .. } = &self.settings;
        self.policy.set_room_limits(room_limits, self.settings.reserved_names());
    }

    /// In each room, only so many are heard at once from now on, or all again; proximity rooms stay as they are. Frames
    /// of the others are dropped.
    pub fn set_voices_per_room(&mut self, most: Option<usize>) {
        self.policy.limit_voices(most);
    }
}
