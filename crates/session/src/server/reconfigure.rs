//! What an operator can change while a session runs. Nobody is disconnected for it.

use alloc::boxed::Box;
use alloc::vec::Vec;

use consonance_wire::ClientId;

use super::{AccessRule, RoomPattern, Server};
use crate::limits::Limits;
use crate::packet_limits::PacketLimits;

impl Server {
    /// Other limits from now on. Who is above one already stays: a limit is looked at when something new is asked for.
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
    /// Clients keep their tokens, and are taken out of rooms that they may not listen to by these rules. Where two
    /// rooms in use share an id and now follow different rules, only the first of those that a rule is about stays
    /// open: the wire could not keep them apart. A permissive session has no rules, and ignores this.
    pub fn set_access_rules(&mut self, rules: Vec<(RoomPattern, AccessRule)>) {
        if self.settings.permissive || self.settings.access == rules {
            return;
        }
        self.settings.access = rules;
        self.rooms.reserve(self.settings.reserved_names());
        let clients: Vec<ClientId> = self.members.in_order().collect();
        let rooms = self.rooms.iter().map(|(_, name)| name);
        self.gate.replace_rules(&self.settings.access, clients.iter().copied(), rooms);
        self.close_rooms_that_cannot_be_told_apart(&clients);
        for id in clients {
            self.expel_from_forbidden_rooms(id);
        }
    }

    fn close_rooms_that_cannot_be_told_apart(&mut self, clients: &[ClientId]) {
        let is_ambiguous = |room: &&str| {
            let ruled = |name: &&str| self.gate.rule_of(name).is_some();
            let kept = self.rooms.names_of_id_of(room).find(ruled);
            kept.is_some_and(|kept| kept != *room && self.gate.rule_of(kept) != self.gate.rule_of(room))
        };
        let rooms = self.rooms.iter().map(|(_, name)| name);
        let ambiguous: Vec<Box<str>> = rooms.filter(is_ambiguous).map(Into::into).collect();
        for room in ambiguous {
            for id in clients {
                self.remove_from_room(*id, &room);
            }
            self.gate_again(&room);
        }
    }

    /// A room of the same id that stays open may have another rule than the one that was closed.
    fn gate_again(&mut self, closed: &str) {
        let others: Vec<Box<str>> = self.rooms.names_of_id_of(closed).map(Into::into).collect();
        for room in &others {
            self.gate.enter(room);
        }
    }
}
