//! Enforcement of the rules: clients are removed from rooms, refused, and told about it.

use alloc::boxed::Box;
use alloc::vec::Vec;

use consonance_wire::{ClientId, DeltaChannelState, RoomId, WireStr};

use super::Rooms;
use crate::link::{Delivery, LinkId};
use crate::server::access::{Access, RoomUse};
use crate::server::fault::Fault;
use crate::server::room_policy::Report;

impl Rooms<'_> {
    /// Changes a client's access; the client is removed from rooms that it is no longer allowed to listen to. False if
    /// there is no such client.
    pub(in crate::server) fn set_access(&mut self, id: ClientId, access: Access) -> bool {
        if !self.presence.members().contains(id) {
            return false;
        }
        self.rules.policy_mut().grant(id, access);
        self.presence.members_mut().note_change(id);
        self.expel_from_forbidden_rooms(id);
        true
    }

    /// Removes a client from the rooms that it is not allowed to listen to, as an operator does.
    pub(in crate::server) fn expel_from_forbidden_rooms(&mut self, id: ClientId) {
        let Some(member) = self.presence.members().get(id) else { return };
        for room in self.rules.policy().forbidden(id, member.rooms.names()) {
            self.observations.statistics_mut().rooms_forbidden += 1;
            self.take_out(id, &room);
            let report = self.rules.policy_mut().note_denied(id, &room, RoomUse::Listen);
            self.report(id, Some(report));
        }
    }

    /// Removes all clients from rooms that share the id of another one, which is being entered.
    pub(super) fn vacate(&mut self, rooms: &[Box<str>], entered: &str) {
        if rooms.is_empty() {
            return;
        }
        let listeners: Vec<ClientId> = self.presence.members().listeners(RoomId::of(entered)).to_vec();
        for room in rooms {
            for id in &listeners {
                if self.take_out(*id, room) {
                    self.observations.statistics_mut().rooms_vacated += 1;
                    let report = self.rules.policy_mut().keep_out(*id, room, Some(entered));
                    self.report(*id, report);
                }
            }
        }
    }

    /// Tells the sender of a state or a change, and no other client, that it is not in a room that it named there.
    pub(super) fn refuse(&mut self, link: LinkId, id: ClientId, room: &str, fault: Fault) {
        // A name that was not UTF-8 may have become too long to send, due to replacement characters.
        if room.len() <= self.rules.settings().packets.room_name_bytes() {
            let (session, room) = (self.rules.session(), Some(WireStr::from(room)));
            let exit = DeltaChannelState { session, joined: false, id, room };
            self.outgoing().send(link, Delivery::Reliable, &exit.into());
        }
        let report = match fault {
            Fault::RoomFull => Some(self.rules.policy_mut().note_full(id, room)),
            Fault::RoomReserved => {
                let in_use =
                    self.rules.policy().directory().names_of_id_of(room).find(|other| *other != room);
                let in_use = in_use.map(Box::<str>::from);
                self.rules.policy_mut().keep_out(id, room, in_use.as_deref())
            }
            Fault::RoomForbidden => {
                self.rules.policy_mut().note_attempt(id, RoomId::of(room), room, RoomUse::Listen)
            }
            _ => None,
        };
        self.report(id, report);
    }

    fn report(&mut self, id: ClientId, report: Option<Report>) {
        if let Some(event) = self.outgoing().report(id, report) {
            self.observations.raise(event);
        }
    }
}
