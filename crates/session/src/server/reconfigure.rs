//! Settings that an operator can change while a session runs, without disconnecting any client.

use alloc::vec::Vec;

use consonance_wire::ClientId;

use super::{AccessRule, RoomLimits, RoomPattern, Server, ServerSettings};
use crate::limits::Limits;
use crate::packet_limits::PacketLimits;

impl Server {
    /// Changes the limits. Clients that are already above one stay: a limit is only checked for new requests.
    pub fn set_limits(&mut self, limits: Limits) {
        self.events.set_limit(limits.events);
        self.commands.set_limit(limits.events.max(limits.links));
        self.settings.limits = limits;
    }

    /// Changes the packet limits of the networks of all clients, which the driver knows: the server makes no longer
    /// packets, and refuses names that do not fit. Packets between clients are relayed unchanged, whatever their
    /// length.
    pub fn set_packet_limits(&mut self, limits: PacketLimits) {
        self.settings.packets = limits.within_bounds();
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

    /// Changes the room limits; see [`ServerSettings::room_limits`](super::ServerSettings::room_limits). Listeners of
    /// a room that exceeds its new limit stay.
    pub fn set_room_limits(&mut self, rules: Vec<(RoomPattern, RoomLimits)>) {
        if self.settings.permissive || self.settings.room_limits == rules {
            return;
        }
        self.settings.room_limits = rules;
        let ServerSettings { room_limits, .. } = &self.settings;
        self.policy.set_room_limits(room_limits, self.settings.reserved_names());
    }

    /// Limits the number of speakers that are heard at once in each room, or removes the limit; proximity rooms are
    /// not affected. Frames of the other speakers are dropped.
    pub fn set_voices_per_room(&mut self, most: Option<usize>) {
        self.policy.limit_voices(most);
    }
}
