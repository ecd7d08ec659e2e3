//! Enforcement of the rules: clients are removed from rooms, refused, and told about it.

use alloc::boxed::Box;
use alloc::vec::Vec;

use consonance_wire::{ClientId, DeltaChannelState, Notice, RoomId, WireStr};

use super::room_policy::{Refused, Report};
use super::{Access, Fault, RoomUse, Server, ServerEvent};
use crate::link::{Delivery, LinkId};

impl Server {
    /// Changes a client's access; the client is removed from rooms that the new tokens do not let it listen to. False
    /// if there is no such client.
    pub fn set_access(&mut self, id: ClientId, access: Access) -> bool {
        if !self.members.contains(id) {
            return false;
        }
        self.policy.grant(id, access);
        self.members.note_change(id);
        self.expel_from_forbidden_rooms(id);
        true
    }

    /// The access that a client was granted at admission, or since; none for a client that is not here.
    pub fn access(&self, id: ClientId) -> Option<&Access> {
        self.policy.gate().access(id)
    }

    /// Removes a client from the rooms that it is not allowed to listen to, as an operator does.
    pub(super) fn expel_from_forbidden_rooms(&mut self, id: ClientId) {
        let Some(member) = self.members.get(id) else { return };
        for room in self.policy.forbidden(id, member.rooms.names()) {
            self.statistics.rooms_forbidden += 1;
            self.take_out(id, &room);
            let report = self.policy.note_denied(id, &room, RoomUse::Listen);
            self.report(id, Some(report));
        }
    }

    /// Removes all clients from rooms that share the id of another one, which is being entered.
    pub(super) fn vacate(&mut self, rooms: &[Box<str>], entered: &str) {
        if rooms.is_empty() {
            return;
        }
        let listeners: Vec<ClientId> = self.members.listeners(RoomId::of(entered)).to_vec();
        for room in rooms {
            for id in &listeners {
                if self.take_out(*id, room) {
                    self.statistics.rooms_vacated += 1;
                    let report = self.policy.keep_out(*id, room, Some(entered));
                    self.report(*id, report);
                }
            }
        }
    }

    /// Tells the sender of a state or a change, and no other client, that it is not in a room that it named there.
    pub(super) fn refuse_room(&mut self, link: LinkId, id: ClientId, room: &str, fault: Fault) {
        if !self.links.contains(link) {
            return;
        }
        // A name that was not UTF-8 may have become too long to send, due to replacement characters.
        if room.len() <= self.settings.packets.room_name_bytes() {
            let (session, room) = (self.settings.session, Some(WireStr::from(room)));
            let exit = DeltaChannelState { session, joined: false, id, room };
            self.send(link, Delivery::Reliable, &exit.into());
        }
        let report = match fault {
            Fault::RoomFull => Some(self.policy.note_full(id, room)),
            Fault::RoomReserved => {
                let in_use = self.policy.directory().names_of_id_of(room).find(|other| *other != room);
                let in_use = in_use.map(Box::<str>::from);
                self.policy.keep_out(id, room, in_use.as_deref())
            }
            Fault::RoomForbidden => self.policy.note_attempt(id, RoomId::of(room), room, RoomUse::Listen),
            _ => None,
        };
        self.report(id, report);
        self.note(link, fault);
    }

    /// Makes the report of a refusal; returns its fault.
    pub(super) fn report_refusal(&mut self, id: Option<ClientId>, refused: Refused) -> Fault {
        if let Some(id) = id {
            self.report(id, refused.report.map(|report| *report));
        }
        refused.fault
    }

    /// Reports to the operator, and to the client itself if a room is full for it or it has to wait.
    fn report(&mut self, id: ClientId, report: Option<Report>) {
        let Some(report) = report else { return };
        let name_of = |id| self.members.name_of(id);
        let name = name_of(id).unwrap_or_default();
        let event = match report {
            Report::Priority => ServerEvent::PriorityDenied { id, name },
            Report::Denied { room, to } => ServerEvent::AccessDenied { id, name, room, to },
            Report::IdTaken { room, in_use } => ServerEvent::RoomIdTaken { id, name, room, in_use },
            Report::Full { room, to, is_first } => {
                let notice =
                    Notice::RoomFull { room: WireStr::from(&*room), is_speaking: to == RoomUse::Speak };
                self.notify(id, &notice);
                if !is_first {
                    return;
                }
                ServerEvent::RoomFull { id, name, room, to }
            }
            Report::Spoofed { claimed } => {
                let (Some(name), claimed_name) = (name_of(id), name_of(claimed)) else { return };
                ServerEvent::Spoofed { id, name, claimed, claimed_name }
            }
            Report::TextTooSoon { wait } => {
                let wait_ms = u32::try_from(wait.as_millis()).unwrap_or(u32::MAX);
                self.notify(id, &Notice::TextRateLimited { wait_ms: wait_ms.max(1) });
                return;
            }
        };
        self.events.push(event);
    }
}
